#!/bin/bash
# Makes an image with Debian's Python from packages alone: no registry, no network inside the engine.
# base-image.sh STATE  prints the image's name. Extracting beats debootstrap by a factor of four.
set -euo pipefail
state=$1
packages=(python3 python3-venv libstdc++6 libgomp1 coreutils dash sed grep findutils libc-bin base-files base-passwd)
key=$({ cat "$0"; dpkg --print-architecture; . /etc/os-release; echo "$VERSION_ID"; } | sha256sum | cut -c1-16)
image=localhost/mle-star/base:$key
if docker image inspect "$image" >/dev/null 2>&1; then echo "$image"; exit; fi

echo "engine: making a base image from Debian packages" >&2
work=$state/base
rm -rf "$work"
mkdir -p "$work/debs" "$work/tree"
: >"$work/status"
# Resolved against an empty system: the host's own packages must not count as present.
apt=(apt-get -qq -y -o "Dir::State::status=$work/status" -o APT::Install-Recommends=false -o APT::Sandbox::User=root)
resolve() { "${apt[@]}" -s install "${packages[@]}" | awk '/^Inst /{print $2}' | sort -u; }
resolve >"$work/closure" 2>/dev/null || { apt-get -qq update >&2; resolve >"$work/closure"; }
# What only serves installing and administering packages stays out.
grep -Ev '^(perl.*|libperl.*|adduser|apt|dpkg|libapt.*|gpgv|debian-archive-keyring|mount|util-linux-extra|systemd.*|init-system-helpers)$' \
  "$work/closure" >"$work/list"
(cd "$work/debs" && xargs -a "$work/list" "${apt[@]}" download >&2)

tree=$work/tree
mkdir -p "$tree"/usr/{bin,sbin,lib,lib64} "$tree"/{proc,sys,dev,run,tmp,etc,root,home,work,var/tmp}
for name in bin sbin lib lib64; do ln -s "usr/$name" "$tree/$name"; done
chmod 1777 "$tree/tmp" "$tree/var/tmp"
for deb in "$work"/debs/*.deb; do
  dpkg-deb --fsys-tarfile "$deb" | tar -C "$tree" -x --keep-directory-symlink --no-same-owner \
    --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*'
done
# What the packages' own scripts would have done.
printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n' >"$tree/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$tree/etc/group"
printf '127.0.0.1 localhost\n' >"$tree/etc/hosts"
[ -e "$tree/bin/sh" ] || ln -s dash "$tree/bin/sh"
[ -e "$tree/etc/ld.so.conf" ] || echo 'include /etc/ld.so.conf.d/*.conf' >"$tree/etc/ld.so.conf"
ldconfig -r "$tree"
tar -C "$tree" --numeric-owner --owner=0 --group=0 -c . \
  | docker import --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin' - "$image" >/dev/null
rm -rf "$work"
echo "$image"
