#!/bin/bash
# install.sh PACKAGE...  by apt-get, with the lists of packages fetched first where there are none or old ones.
set -euo pipefail
install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}
install "$@" || { apt-get update -qq && install "$@"; }
