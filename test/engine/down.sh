#!/bin/bash
# Stops the engine that up.sh started; its images stay for the next time unless --purge is given.
set -euo pipefail
state=${ENGINE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mle-star-engine}
if [ -f "$state/dockerd.pid" ]; then
  pid=$(cat "$state/dockerd.pid")
  # The file may be older than the process that has this id now.
  if grep -q dockerd "/proc/$pid/comm" 2>/dev/null; then
    kill "$pid"
    for _ in $(seq 200); do grep -q dockerd "/proc/$pid/comm" 2>/dev/null || break; sleep 0.1; done
  fi
  rm -f "$state/dockerd.pid"
fi
if [ "${1:-}" = --purge ]; then
  # A stopped engine may leave its folder mounted on itself.
  umount "$state/data" 2>/dev/null || true
  rm -rf --one-file-system "$state"
fi
