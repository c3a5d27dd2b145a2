#!/bin/bash
# Makes the environment that small models are trained in, for tests that train for real; without it they skip aloud.
# Prints on standard output the variable to export:  eval "$(test/engine/trainer.sh)"
# Exit codes: 0 ready, 75 not possible here (the reason on standard error). It takes five minutes at most.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
python=$(timeout 290 node --import tsx test/engine/make-trainer.ts) || {
  echo "trainer: the environment could not be made" >&2
  exit 75
}
echo "export MLE_STAR_TRAINER_PYTHON=$python"
