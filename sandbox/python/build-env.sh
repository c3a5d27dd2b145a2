#!/bin/sh
# Makes the Python environment of an image, or adds to one what a GPU wants: build-env.sh cpu|gpu
set -eu
stack=$1
cd /opt/mle-star/build

# Images that hold several Pythons may keep the recent one elsewhere.
for python in python3 /opt/conda/envs/agent/bin/python /opt/conda/bin/python none; do
  "$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && break
done
if [ "$python" = none ]; then
  echo "ERROR: the base image has no Python 3.10 or newer with its venv module"
  exit 1
fi
[ -d /opt/mle-star/env ] || "$python" -m venv /opt/mle-star/env

set -- --core requirements-core.txt --extras requirements-extras.txt --lock requirements-lock.txt
if [ "$stack" = gpu ]; then set -- "$@" --gpu requirements-gpu.txt; fi
# A folder of wheels that came with the context is installed from, offline.
if ls ./*.whl >/dev/null 2>&1; then set -- "$@" --wheels /opt/mle-star/build; fi
/opt/mle-star/env/bin/python install.py "$@" \
  --result /opt/mle-star/installed.json --log /tmp/install.log --compile
rm -rf /tmp/install.log /root/.cache
