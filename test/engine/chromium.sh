#!/bin/bash
# Debian's Chromium for the browser tests of the viewer: installs it where there is none. Run again at will.
# Prints on standard output the variables to export.
# Exit codes: 0 ready, 75 not possible here (the reason on standard error).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
skip() { echo "chromium: $*" >&2; exit 75; }

if ! command -v chromium >/dev/null; then
  [ "$(id -u)" = 0 ] || skip "there is none, and only root may install it"
  command -v apt-get >/dev/null || skip "there is none, and no apt-get to install it with"
  "$here/install.sh" chromium fonts-dejavu-core >&2 || skip "it could not be installed"
fi
echo "export REQUIRE_BROWSER=1"
