#!/bin/bash
# Fetches the wheels of the core with the host's own pip, for the Python of a base image.
# wheels.sh FOLDER IMAGE|VERSION
set -euo pipefail
folder=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
requirements=$root/sandbox/requirements-core.txt
lock=$root/sandbox/requirements-lock.txt
case $2 in
  3.*) version=$2 ;;
  *) version=$(docker run --rm --network none "$2" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])') ;;
esac
key=$({ echo "$version"; cat "$requirements" "$lock"; } | sha256sum | cut -c1-16)
[ "$(cat "$folder/key" 2>/dev/null || true)" = "$key" ] && exit
echo "engine: fetching wheels for Python $version" >&2
rm -rf "$folder"
mkdir -p "$folder"
platforms=()
for tag in manylinux2014 manylinux_2_17 manylinux_2_27 manylinux_2_28 manylinux_2_34; do
  platforms+=(--platform "${tag}_$(uname -m)")
done
python3 -m pip download --quiet --disable-pip-version-check --only-binary :all: \
  --python-version "$version" --implementation cp "${platforms[@]}" \
  --dest "$folder" --requirement "$requirements" --constraint "$lock" >&2
echo "$key" >"$folder/key"
