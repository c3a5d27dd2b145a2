#!/bin/bash
# ray.sh FOLDER  a Ray cluster of this host, loopback only, with two made-up GPUs; its packages in an environment of
# their own.  ray.sh FOLDER head  starts a new head on the same address, where the old one is dead.
# ray.sh FOLDER down  stops it. Without a folder: $HOME/.cache/mle-star-engine/ray.
# Prints on standard output the variables to export.  Exit codes: 0 ready, 75 not possible here.
set -euo pipefail
say() { echo "ray: $*" >&2; }
skip() { say "$*"; exit 75; }
dir=${1:-${ENGINE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mle-star-engine}/ray}
mkdir -p "$dir"
# The paths of Ray's sockets must be short.
temp=/tmp/mle-ray-$(printf %s "$dir" | cksum | cut -d' ' -f1)
export RAY_USAGE_STATS_ENABLED=0

# Processes of this head are those that name its folder.
stop() {
  local pid
  for pid in $(grep -lzF "$temp" /proc/[0-9]*/cmdline 2>/dev/null | cut -d/ -f3); do
    [ "$pid" = $$ ] || kill -9 "$pid" 2>/dev/null || true
  done
}
if [ "${2:-}" = down ]; then stop; rm -rf "$temp"; exit 0; fi

python=$(command -v "${RAY_PYTHON:-python3}") || skip "there is no Python"
if [ ! -x "$dir/venv/bin/ray" ]; then
  "$python" -m venv "$dir/venv" >&2 || skip "no environment could be made"
  "$dir/venv/bin/pip" install --quiet --disable-pip-version-check "ray[default]==2.60.0" >&2 \
    || skip "it could not be installed"
fi
[ -e "$dir/port" ] || echo $((20000 + RANDOM % 10000)) >"$dir/port"
port=$(cat "$dir/port")
address=http://127.0.0.1:$port
answers() { python3 -c "import urllib.request as u; u.urlopen('$address/api/version', timeout=2)" 2>/dev/null; }
if ! answers; then
  stop
  "$dir/venv/bin/ray" start --head --node-ip-address=127.0.0.1 --port=$((port + 1)) \
    --dashboard-host=127.0.0.1 --dashboard-port="$port" --dashboard-agent-listen-port=$((port + 2)) \
    --ray-client-server-port=$((port + 3)) --min-worker-port=0 --max-worker-port=0 \
    --num-cpus=4 --num-gpus=2 --temp-dir="$temp" --disable-usage-stats >"$dir/start.log" 2>&1 \
    || { tail -5 "$dir/start.log" >&2; skip "it did not come up"; }
  for _ in $(seq 100); do answers && break; sleep 0.2; done
  answers || skip "its dashboard does not answer (see $temp/session_latest/logs)"
fi
echo "export RAY_TEST_ADDRESS=$address RAY_TEST_FOLDER=$dir"
