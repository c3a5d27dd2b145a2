#!/bin/bash
# Stops the engines that up.sh, slurm.sh and ray.sh started and the servers that local-model.sh started; what they fetched
# stays for the next time unless --purge is given. `down.sh local-model` stops those servers alone.
set -euo pipefail
state=${ENGINE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mle-star-engine}
# stop NAME: ends what NAME.pid names, if that is still it; the file may be older than the id's new owner.
stop() {
  local file=$state/$1.pid pid
  [ -f "$file" ] || return 0
  pid=$(cat "$file")
  if grep -q "$1" "/proc/$pid/comm" 2>/dev/null; then
    kill "$pid"
    for _ in $(seq 200); do grep -q "$1" "/proc/$pid/comm" 2>/dev/null || break; sleep 0.1; done
  fi
  rm -f "$file"
}
stop local-model
stop local-model-2
[ "${1:-}" != local-model ] || exit 0
bash "$(dirname "$0")/slurm.sh" "$state/slurm" down
bash "$(dirname "$0")/ray.sh" "$state/ray" down
stop podman
stop dockerd
if [ "${1:-}" = --purge ]; then
  # A stopped engine may leave its folder mounted on itself.
  umount "$state/data" "$state/podman/overlay" 2>/dev/null || true
  rm -rf --one-file-system "$state"
fi
