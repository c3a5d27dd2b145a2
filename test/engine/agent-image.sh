#!/bin/bash
# Builds the agent image without a registry and runs it as MLE-bench does: a competition in /home/data,
# read-only, start.sh as `nonroot`; then looks for what MLE-bench takes away, and puts it into RESULT. After up.sh:
#   eval "$(test/engine/up.sh)"; test/engine/agent-image.sh COMPETITION_FOLDER RESULT [OPTION OF run]...
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
state=${ENGINE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mle-star-engine}
data=$(cd "$1" && pwd)
out=$2
shift 2
say() { echo "agent image: $*" >&2; }

build() { "$root/node_modules/.bin/tsx" "$root/agent/cli/main.ts" image "$@" --json | node -p 'JSON.parse(fs.readFileSync(0)).tag'; }

# On the image of the sandbox, whose packages need no second installing, what the agent needs of a system:
# git and setpriv, and this machine's Node.
base=$(build cpu)
ours=localhost/mle-star/agent-base:$(printf '%s %s' "$base" "$(node --version)" | sha256sum | cut -c1-16)
if ! docker image inspect "$ours" >/dev/null 2>&1; then
  say "adding git and Node $(node --version) to $base"
  work=$(mktemp -d)
  mkdir -p "$work/debs" "$work/tree"/usr/{bin,sbin,lib,lib64} "$work/context"
  for name in bin sbin lib lib64; do ln -s "usr/$name" "$work/tree/$name"; done
  : >"$work/status"
  apt=(apt-get -qq -y -o "Dir::State::status=$work/status" -o APT::Install-Recommends=false -o APT::Sandbox::User=root)
  "${apt[@]}" -s install git util-linux | awk '/^Inst /{print $2}' | sort -u >"$work/list"
  (cd "$work/debs" && xargs -a "$work/list" "${apt[@]}" download >&2)
  for deb in "$work"/debs/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -C "$work/tree" -x --keep-directory-symlink --no-same-owner
  done
  mkdir -p "$work/tree/usr/local/bin"
  cp "$(node -p process.execPath)" "$work/tree/usr/local/bin/node"
  tar -C "$work/tree" --numeric-owner --owner=0 --group=0 -cf "$work/context/tree.tar" usr
  printf 'FROM %s\nADD tree.tar /\n' "$base" >"$work/context/Dockerfile"
  DOCKER_BUILDKIT=0 docker build --quiet --network none --tag "$ours" "$work/context" >/dev/null
  rm -rf "$work"
fi

modules=$state/modules
key=$(sha256sum <"$root/package-lock.json")
if [ "$(cat "$modules.key" 2>/dev/null || true)" != "$key" ]; then
  say "fetching npm packages"
  rm -rf "$modules"
  mkdir -p "$modules.made"
  cp "$root/package.json" "$root/package-lock.json" "$modules.made/"
  npm install --prefix "$modules.made" --omit=dev --ignore-scripts --no-audit --no-fund --prefer-offline >&2
  mv "$modules.made/node_modules" "$modules"
  rm -rf "$modules.made"
  echo "$key" >"$modules.key"
fi

export MLE_STAR_BASE_IMAGE=$ours
image=$(build agent --node-image "$ours" --modules "$modules")
say "built $image"

agent=mle-star-agent-$$
docker run --rm --detach --network none --name "$agent" --user root \
  --volume "$data:/home/data:ro" "$image" sleep 3600 >/dev/null
trap 'docker rm --force "$agent" >/dev/null; docker image rm "$image" >/dev/null' EXIT
docker exec --user nonroot "$agent" mle-star --version
docker exec --user nonroot --env TIME_LIMIT_SECS=600 "$agent" \
  sh /home/agent/start.sh --model playbook "$@" >&2
mkdir -p "$out"
docker cp "$agent:/home/submission" "$out/" >/dev/null
docker cp "$agent:/home/code" "$out/" >/dev/null
if docker exec "$agent" sh -c 'find / -name answers -path "*tasks*" 2>/dev/null | grep .'; then
  say "hidden answers are in the image"
  exit 1
fi
