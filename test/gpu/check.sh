#!/bin/bash
# What is claimed about GPUs, tried on a machine that has one, in less than four minutes and without a network:
#   test/gpu/check.sh [ENGINE]
# ENGINE is docker, podman, bwrap or process; without it the first that starts here. MLE_STAR_PYTHON names an
# interpreter with torch, where the program has not set up its own. A verdict a line, and what was left out.
# Exit codes: 0 all passed, 75 there is no GPU, 1 something failed.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -d node_modules ] || { echo "FAIL  node_modules is not there: run \`npm ci\` first"; exit 1; }
code=0
timeout 240 node --import tsx test/gpu/check.ts "$@" || code=$?
[ $code -ne 124 ] || echo "FAIL  not done within four minutes"
exit $code
