#!/usr/bin/env bash
# Looks whether mle-star can be called, and writes down which version; nothing is installed for the user.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
read -ra command <<<"${MLE_STAR_COMMAND:-mle-star}"
version=$("${command[@]}" --version) || {
  echo "mle-star cannot be called: put it on the path, or name its command in MLE_STAR_COMMAND" >&2
  exit 1
}
echo "$version" >"$here/.installed"
