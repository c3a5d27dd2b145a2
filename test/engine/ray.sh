#!/bin/bash
# ray.sh FOLDER  a Ray cluster of this host with two made-up GPUs, its packages in an environment of their own. Ray's
# servers listen on every address, so it has a network of its own; only its dashboard is let out, to loopback
# (ray-door.py). Called again, it starts a new head on the same address where the old one is dead.
# ray.sh FOLDER kill-head  kills Ray's own processes; what they started is left to end by itself.
# ray.sh FOLDER down  stops all. Without a folder: $HOME/.cache/mle-star-engine/ray.
# Prints on standard output the variables to export.  Exit codes: 0 ready, 75 not possible here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
say() { echo "ray: $*" >&2; }
skip() { say "$*"; exit 75; }
dir=${1:-${ENGINE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mle-star-engine}/ray}
# The paths of Ray's sockets must be short.
temp=/tmp/mle-ray-$(printf %s "$dir" | cksum | cut -d' ' -f1)

# The process of the network, if that is still it: the file may be older than the id's new owner.
door() {
  local pid
  pid=$(cat "$dir/ray-door.pid" 2>/dev/null) && grep -qa ray-door.py "/proc/$pid/cmdline" 2>/dev/null && echo "$pid"
}
# Ids of the processes in the network of Ray, itself included; with a word, of those that name it.
inside() {
  local network each
  network=$(readlink "/proc/$(door)/ns/net") || return 0
  for each in /proc/[0-9]*; do
    [ "$(readlink "$each/ns/net" 2>/dev/null)" = "$network" ] || continue
    [ -z "${1:-}" ] || grep -qaF "$1" "$each/cmdline" 2>/dev/null || continue
    echo "${each#/proc/}"
  done
}
end() {
  local pid
  for pid in "$@"; do kill -9 "$pid" 2>/dev/null || true; done
}
case ${2:-} in
  kill-head) end $(inside "$temp"); exit 0 ;;
  down) end $(inside); rm -rf "$temp" "$dir/ray-door.pid"; exit 0 ;;
esac

[ "$(id -u)" = 0 ] || skip "only root may give it a network of its own"
python=$(command -v "${RAY_PYTHON:-python3}") || skip "there is no Python"
mkdir -p "$dir"
if [ ! -e "$dir/installed" ]; then
  "$python" -m venv "$dir/venv" >&2 || skip "no environment could be made"
  "$dir/venv/bin/pip" install --quiet --disable-pip-version-check "ray[default]==2.60.0" >&2 \
    || skip "it could not be installed"
  touch "$dir/installed"
fi
[ -e "$dir/port" ] || echo $((20000 + RANDOM % 10000)) >"$dir/port"
port=$(cat "$dir/port")
address=http://127.0.0.1:$port
answers() { "$python" -c "import urllib.request as u; u.urlopen('$address/api/version', timeout=5)" 2>/dev/null; }
if ! door >/dev/null; then
  setsid "$python" "$here/ray-door.py" "$port" >"$dir/ray-door.log" 2>&1 </dev/null &
  echo $! >"$dir/ray-door.pid"
  for _ in $(seq 50); do inside ray-door.py | grep -q . && break; sleep 0.1; done
fi
if ! answers; then
  end $(inside "$temp")
  # Ray lets a job wait for a quarter of an hour; here for half a minute.
  export RAY_USAGE_STATS_ENABLED=0 RAY_JOB_START_TIMEOUT_SECONDS=30
  nsenter --target "$(door)" --net "$dir/venv/bin/ray" start --head --node-ip-address=127.0.0.1 \
    --dashboard-host=127.0.0.1 --dashboard-port="$port" --num-cpus=4 --num-gpus=2 --temp-dir="$temp" \
    >"$dir/start.log" 2>&1 || { tail -5 "$dir/start.log" >&2; skip "it did not come up"; }
  for _ in $(seq 100); do answers && break; sleep 0.2; done
  answers || skip "its dashboard does not answer (see $temp/session_latest/logs)"
fi
echo "export RAY_TEST_ADDRESS=$address RAY_TEST_FOLDER=$dir"
