#!/bin/bash
# Inside the machine of machine.sh: runs its tests for each USER:ENGINE of its plan, and says at last how they went.
set -o pipefail
cd /srv/mle-star
failed=()
settings=(MLE_STAR_PYTHON=/opt/python/bin/python NO_COLOR=1)
if [ -f machine-base-image ]; then
  settings+=("MLE_STAR_BASE_IMAGE=$(cat machine-base-image)" MLE_STAR_WHEELS=/srv/mle-star/image-wheels)
fi
as() { local user=$1; shift; runuser -l "$user" -c "cd /srv/mle-star; env ${settings[*]} $*"; }
# Ann's Docker is started by her own service manager, as its set-up does it.
rootless() {
  as ann "env XDG_RUNTIME_DIR=/run/user/1000 PATH=\$PATH:/usr/sbin:/sbin /usr/share/docker.io/contrib/dockerd-rootless-setuptool.sh install" >/dev/null 2>&1
  for _ in $(seq 120); do [ -S /run/user/1000/docker.sock ] && return; sleep 0.5; done
  echo "machine: rootless Docker did not come up"
}
# An emulated machine starts Podman's service more slowly than a client waits: ann's is started before, and stays.
keep_podman() {
  mkdir -p /etc/systemd/user/podman.service.d
  printf '[Service]\nExecStart=\nExecStart=/usr/bin/podman system service --time=0\n' >/etc/systemd/user/podman.service.d/keep.conf
  for what in daemon-reload "start podman.service"; do
    as ann "env XDG_RUNTIME_DIR=/run/user/1000 systemctl --user $what"
  done
  for _ in $(seq 120); do
    as ann "env XDG_RUNTIME_DIR=/run/user/1000 timeout 60 podman --remote info" >/dev/null 2>&1 && return
    sleep 1
  done
  echo "machine: rootless Podman did not come up"
}
load() {
  case $1 in
    ann:docker) rootless; as ann docker --host unix:///run/user/1000/docker.sock load --quiet --input images.tar ;;
    *:docker | *:podman) as "${1%%:*}" "${1##*:}" load --quiet --input images.tar ;;
  esac
}
mapfile -t plan <machine-plan
mapfile -t tests <machine-tests
for each in "${plan[@]}"; do
  user=${each%%:*} engine=${each##*:}
  echo "machine: $engine as $user"
  load "$each" >/dev/null
  if [ "$each" = ann:podman ]; then keep_podman; fi
  as "$user" "ENGINES=$engine REQUIRE_SANDBOX=1 REQUIRED_ENGINES=$engine node_modules/.bin/vitest run --config test/vitest.config.ts ${tests[*]}" 2>&1 | cat || failed+=("$each")
done
left=$(find /sys/fs/cgroup -type d -name 'mle-star-*' ! -name '*.scope')
if [ -n "$left" ]; then echo "machine: control groups are left: $left"; failed+=(groups); fi
if [ ${#failed[@]} -eq 0 ]; then echo "machine: all passed"; else echo "machine: failed: ${failed[*]}"; fi
