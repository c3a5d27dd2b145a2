#!/bin/bash
# Makes engines for tests where there may be none: installs and starts Docker, makes a base image without a
# registry, builds the sandbox image on it; then Podman and bubblewrap, each of which it says aloud that it
# skips where it cannot be had. Run again at will; what is there is kept.
# Prints on standard output the variables to export:  eval "$(test/engine/up.sh)"
# Exit codes: 0 ready, 75 not possible here (the reason on standard error), anything else a failure.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
state=${ENGINE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mle-star-engine}
mkdir -p "$state"
say() { echo "engine: $*" >&2; }
skip() { say "$*"; exit 75; }

answers() { docker --host "$1" info >/dev/null 2>&1; }

start_engine() {
  [ "$(uname -s)" = Linux ] || skip "no container engine answers; start Docker"
  [ "$(id -u)" = 0 ] || skip "no container engine answers, and only root may start one"
  if ! command -v dockerd >/dev/null || ! command -v docker >/dev/null; then
    command -v apt-get >/dev/null || skip "there is no dockerd, and no apt-get to install it with"
    say "installing docker.io"
    "$here/install.sh" docker.io >"$state/install.log" 2>&1 \
      || skip "docker.io could not be installed (see $state/install.log)"
  fi
  say "starting dockerd"
  rm -f "$state/dockerd.pid" "$state/docker.sock"
  # A network of its own: without one, starting with --bridge=none would remove the bridge of any
  # other engine on this machine. Sandboxes have no network, so nothing is missed.
  setsid nohup unshare --net dockerd \
    --data-root "$state/data" --exec-root "$state/exec" --pidfile "$state/dockerd.pid" \
    --host "$host" --bridge=none --iptables=false --ip6tables=false --ip-masq=false \
    </dev/null >"$state/dockerd.log" 2>&1 &
  for _ in $(seq 200); do answers "$host" && return; sleep 0.1; done
  tail -5 "$state/dockerd.log" >&2
  skip "dockerd did not come up (see $state/dockerd.log)"
}

host=${DOCKER_HOST:-unix:///var/run/docker.sock}
if ! { command -v docker >/dev/null && answers "$host"; }; then
  host=unix://$state/docker.sock
  { command -v docker >/dev/null && answers "$host"; } || start_engine
fi
export DOCKER_HOST=$host

base=${MLE_STAR_BASE_IMAGE:-}
if [ -z "$base" ]; then
  base=$("$here/base-image.sh" "$state")
fi
wheels=$state/wheels
"$here/wheels.sh" "$wheels" "$base"

export MLE_STAR_BASE_IMAGE=$base MLE_STAR_WHEELS=$wheels
"$root/node_modules/.bin/tsx" "$here/build-image.ts" >&2
required=docker
if podman=$("$here/podman.sh" "$state"); then
  required=$required,podman
  echo "export CONTAINER_HOST=$podman"
fi
if ! command -v bwrap >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  say "installing bubblewrap"
  "$here/install.sh" bubblewrap >"$state/bubblewrap-install.log" 2>&1 || true
fi
if bwrap --ro-bind / / --unshare-pid --unshare-net true 2>"$state/bubblewrap.log"; then
  required=$required,bwrap
else
  say "bubblewrap is skipped: $(head -1 "$state/bubblewrap.log")"
fi
echo "export DOCKER_HOST=$DOCKER_HOST REQUIRED_ENGINES=$required"
echo "export MLE_STAR_BASE_IMAGE=$MLE_STAR_BASE_IMAGE"
echo "export MLE_STAR_WHEELS=$MLE_STAR_WHEELS"
