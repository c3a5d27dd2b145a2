#!/bin/bash
# Boots a machine with control groups v2 and systemd, and runs sandbox tests in it, as root and as an ordinary user:
#   eval "$(test/engine/up.sh)"; test/engine/machine.sh [USER:ENGINE…] [-- TEST_FILE…]
# USER is root or ann, ENGINE bwrap, podman or docker (ann's are rootless); without any, all six. By hand: where
# processors cannot be lent to it they are emulated, and all of it takes an hour. The container engines want the
# images of up.sh. Needs root, apt-get and a network the first time; the machine itself has none.
# Exit codes: 0 all tests passed, 75 not possible here (the reason on standard error), anything else a failure.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
state=${ENGINE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mle-star-engine}/machine
say() { echo "machine: $*" >&2; }
skip() { say "$*"; exit 75; }

plan=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do plan+=("$1"); shift; done
[ $# -eq 0 ] || shift
[ ${#plan[@]} -gt 0 ] || plan=(ann:bwrap root:bwrap ann:podman ann:docker root:docker root:podman)
tests=("$@")
[ ${#tests[@]} -gt 0 ] || for name in attacks limits escapes reap; do tests+=("test/sandbox/$name.test.ts"); done

[ "$(uname -sm)" = "Linux x86_64" ] || skip "only x86 Linux can make the machine"
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || skip "only root, with apt-get, can make the machine"
mkdir -p "$state"
if ! command -v qemu-system-x86_64 >/dev/null || ! command -v mmdebstrap >/dev/null; then
  say "installing qemu and mmdebstrap"
  "$here/install.sh" qemu-system-x86 mmdebstrap e2fsprogs >"$state/install.log" 2>&1 || skip "qemu could not be installed (see $state/install.log)"
fi

# The disk: Debian with the engines, Python with the core, this machine's Node, a user named ann who lingers.
make_disk() {
  local tree=$state/tree packages
  packages=systemd-sysv,dbus-user-session,libpam-systemd,udev,linux-image-cloud-amd64,initramfs-tools,zstd
  packages+=,iproute2,iptables,git,procps,libgomp1,libstdc++6,python3,python3-venv,bubblewrap
  packages+=,docker.io,docker-cli,rootlesskit,podman,crun,fuse-overlayfs,slirp4netns,passt,uidmap
  rm -rf "$tree"
  mmdebstrap --quiet --variant=minbase --mode=root --include="$packages" --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' trixie "$tree" http://deb.debian.org/debian
  cp "$(node -p process.execPath)" "$tree/usr/local/bin/node"
  "$here/wheels.sh" "$state/wheels" "$(chroot "$tree" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
  chroot "$tree" python3 -m venv /opt/python
  cp -r "$state/wheels" "$root/sandbox/requirements-core.txt" "$tree/opt/"
  chroot "$tree" env -i PATH=/usr/bin /opt/python/bin/pip install --quiet --no-index --find-links /opt/wheels -r /opt/requirements-core.txt
  rm -r "$tree/opt/wheels"
  chroot "$tree" useradd --create-home --shell /bin/bash --uid 1000 ann
  mkdir -p "$tree/var/lib/systemd/linger" "$tree/srv/mle-star"
  touch "$tree/var/lib/systemd/linger/ann"
  echo machine >"$tree/etc/hostname"
  echo '127.0.0.1 localhost machine' >"$tree/etc/hosts"
  printf '/dev/vda / ext4 defaults 0 1\n/dev/vdb /srv/mle-star ext4 defaults 0 2\n' >"$tree/etc/fstab"
  cat >"$tree/etc/systemd/system/tests.service" <<'UNIT'
[Unit]
After=user@1000.service docker.service podman.socket
[Service]
Type=oneshot
ExecStart=/bin/bash /srv/mle-star/test/engine/machine-inside.sh
ExecStopPost=/bin/systemctl poweroff --no-block
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS1
[Install]
WantedBy=multi-user.target
UNIT
  chroot "$tree" systemctl --quiet enable docker podman.socket tests
  chroot "$tree" systemctl --quiet --global enable podman.socket
  cp "$tree"/boot/vmlinuz-* "$state/kernel"
  cp "$tree"/boot/initrd.img-* "$state/initrd"
  rm -f "$state/disk"
  mke2fs -q -t ext4 -d "$tree" "$state/disk" 12G
  rm -rf "$tree"
}
key=$({ declare -f make_disk; cat "$root"/sandbox/requirements-{core,lock}.txt; node --version; } | sha256sum | cut -c1-16)
if [ "$(cat "$state/key" 2>/dev/null || true)" != "$key" ]; then
  say "making the machine's disk (a minute or two, once)"
  make_disk >"$state/disk.log" 2>&1 || skip "its disk could not be made (see $state/disk.log)"
  echo "$key" >"$state/key"
fi

# The clone as it is, with its packages, what is to be run, and the images of the host's engine.
clone=$state/clone
rm -rf "$clone"
mkdir -p "$clone"
tar -C "$root" --exclude=./.git --exclude='./runs/*/' --exclude=./tasks/shipped/answers -c . | tar -C "$clone" -x --no-same-owner
mkdir -p "$clone/node_modules/.vite-temp" "$clone/node_modules/.vite"
chmod -R a+rwX "$clone/node_modules/.vite-temp" "$clone/node_modules/.vite"
printf '%s\n' "${plan[@]}" >"$clone/machine-plan"
printf '%s\n' "${tests[@]}" >"$clone/machine-tests"
if [ -n "${MLE_STAR_BASE_IMAGE:-}" ]; then
  image=$("$root/node_modules/.bin/tsx" "$here/build-image.ts" | grep -o 'localhost/mle-star/sandbox:[0-9a-f]*' | tail -1)
  docker save --output "$clone/images.tar" "$image" "$MLE_STAR_BASE_IMAGE"
  chmod a+r "$clone/images.tar"
  cp -r "$MLE_STAR_WHEELS" "$clone/image-wheels"
  echo "$MLE_STAR_BASE_IMAGE" >"$clone/machine-base-image"
elif [[ "${plan[*]}" == *docker* || "${plan[*]}" == *podman* ]]; then
  skip "containers want images: eval \"\$(test/engine/up.sh)\" first, or name only :bwrap"
fi
rm -f "$state/clone.disk"
mke2fs -q -t ext4 -d "$clone" "$state/clone.disk" 4G
rm -rf "$clone"

# A processor that says nothing of it cannot be passed to any kernel, though there may be a /dev/kvm.
accelerator=tcg,thread=multi
if grep -qE '^flags.* (vmx|svm)( |$)' /proc/cpuinfo && [ -w /dev/kvm ]; then accelerator=kvm; fi
say "booting (${accelerator%%,*}); its console is $state/console.log"
drive() { echo "file=$state/$1,format=raw,if=virtio,snapshot=on,cache=unsafe"; }
nice timeout "${MACHINE_SECONDS:-7200}" qemu-system-x86_64 -machine q35 -accel "$accelerator" -cpu max -m 4096 -smp 2 \
  -kernel "$state/kernel" -initrd "$state/initrd" -append "root=/dev/vda rw console=ttyS0 quiet" \
  -nodefaults -display none -no-reboot -nic none -device virtio-rng-pci \
  -drive "$(drive disk)" -drive "$(drive clone.disk)" \
  -serial "file:$state/console.log" -serial stdio </dev/null | tee "$state/tests.log"
rm -f "$state/clone.disk"
grep -q '^machine: all passed' "$state/tests.log" || { say "not all passed (see $state/tests.log)"; exit 1; }
