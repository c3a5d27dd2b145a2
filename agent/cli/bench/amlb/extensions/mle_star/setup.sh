#!/usr/bin/env bash
# Looks whether mle-star can be called, and writes down which version; nothing is installed for the user.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
read -ra command <<<"${AMLB_MLE_STAR:-mle-star}"
version=$("${command[@]}" --version) || {
  echo "mle-star cannot be called: put it on the path, or name its command in AMLB_MLE_STAR" >&2
  exit 1
}
echo "$version" >"$here/.installed"
