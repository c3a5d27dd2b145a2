#!/bin/bash
# Starts Podman's service beside Docker and hands it Docker's sandbox image, so that nothing is built twice.
# podman.sh STATE  prints the socket's address; where it cannot be had, the reason (on standard error) and 75.
set -euo pipefail
state=$1
say() { echo "engine: $*" >&2; }
skip() { say "podman is skipped: $*"; exit 75; }

socket=$state/podman.sock
answers() { podman --url "unix://$socket" info >/dev/null 2>&1; }

start() {
  [ "$(uname -s)" = Linux ] && [ "$(id -u)" = 0 ] || skip "only root on Linux may start one here"
  if ! command -v podman >/dev/null || ! command -v runc >/dev/null; then
    command -v apt-get >/dev/null || skip "there is no podman, and no apt-get to install it with"
    say "installing podman"
    "$(dirname "$0")/install.sh" podman runc >"$state/podman-install.log" 2>&1 || skip "it could not be installed (see $state/podman-install.log)"
  fi
  # Its own defaults of open files and processes may lie above what we are allowed.
  cat >"$state/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=16384:16384"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
  cat >"$state/storage.conf" <<CONF
[storage]
driver = "overlay"
graphroot = "$state/podman"
runroot = "$state/podman-run"
CONF
  rm -f "$socket"
  # Its monitors leave a file `oom` where they were started: not in the working tree. With the address of a
  # service in the environment it would be a client of that one.
  CONTAINERS_CONF=$state/containers.conf CONTAINERS_STORAGE_CONF=$state/storage.conf \
    setsid nohup env --unset=CONTAINER_HOST --chdir="$state" podman system service --time=0 "unix://$socket" \
    </dev/null >"$state/podman.log" 2>&1 &
  echo $! >"$state/podman.pid"
  for _ in $(seq 100); do answers && return; sleep 0.1; done
  tail -5 "$state/podman.log" >&2
  skip "its service did not come up (see $state/podman.log)"
}

{ command -v podman >/dev/null && answers; } || start
image=$(docker images --format '{{.Repository}}:{{.Tag}}' localhost/mle-star/sandbox | head -1)
if ! podman --url "unix://$socket" image exists "$image"; then
  docker save "$image" | podman --url "unix://$socket" load >&2 || skip "the image could not be loaded"
fi
echo "unix://$socket"
