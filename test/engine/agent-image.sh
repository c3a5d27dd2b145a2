#!/bin/bash
# Builds the agent image without a registry, on a stand-in of MLE-bench's environment (test/fakes/mlebench-env), and runs
# it as MLE-bench does: public data in /home/data, answers in /private beside the server that checks submissions, and
# start.sh as `nonroot`; then puts what MLE-bench takes away into RESULT, and what the server says of it. After up.sh:
#   eval "$(test/engine/up.sh)"; test/engine/agent-image.sh DATA_FOLDER ID SECONDS RESULT [OPTION OF run]...
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
state=${ENGINE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mle-star-engine}
prepared=$(cd "$1/$2/prepared" && pwd)
id=$2
limit=$3
out=$4
shift 4
say() { echo "agent image: $*" >&2; }

build() { "$root/node_modules/.bin/tsx" "$root/agent/cli/main.ts" image "$@" --json | node -p 'JSON.parse(fs.readFileSync(0)).tag'; }

# On the image of the sandbox, whose packages need no second installing, what the agent needs of a system
# (git and setpriv, and this machine's Node) and what MLE-bench does (bash and curl).
base=$(build cpu)
packages='git util-linux bash curl'
ours=localhost/mle-star/agent-base:$(printf '%s %s %s' "$base" "$(node --version)" "$packages" | sha256sum | cut -c1-16)
if ! docker image inspect "$ours" >/dev/null 2>&1; then
  say "adding git and Node $(node --version) to $base"
  work=$(mktemp -d)
  mkdir -p "$work/debs" "$work/tree"/usr/{bin,sbin,lib,lib64} "$work/context"
  for name in bin sbin lib lib64; do ln -s "usr/$name" "$work/tree/$name"; done
  : >"$work/status"
  apt=(apt-get -qq -y -o "Dir::State::status=$work/status" -o APT::Install-Recommends=false -o APT::Sandbox::User=root)
  "${apt[@]}" -s install $packages | awk '/^Inst /{print $2}' | sort -u >"$work/list"
  (cd "$work/debs" && xargs -a "$work/list" "${apt[@]}" download >&2)
  for deb in "$work"/debs/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -C "$work/tree" -x --keep-directory-symlink --no-same-owner
  done
  mkdir -p "$work/tree/usr/local/bin"
  cp "$(node -p process.execPath)" "$work/tree/usr/local/bin/node"
  tar -C "$work/tree" --numeric-owner --owner=0 --group=0 -cf "$work/context/tree.tar" usr
  printf 'FROM %s\nADD tree.tar /\n' "$base" >"$work/context/Dockerfile"
  DOCKER_BUILDKIT=0 docker build --quiet --network none --tag "$ours" "$work/context" >/dev/null
  rm -rf "$work"
fi

modules=$state/modules
key=$(sha256sum <"$root/package-lock.json")
if [ "$(cat "$modules.key" 2>/dev/null || true)" != "$key" ]; then
  say "fetching npm packages"
  rm -rf "$modules"
  mkdir -p "$modules.made"
  cp "$root/package.json" "$root/package-lock.json" "$modules.made/"
  npm install --prefix "$modules.made" --omit=dev --ignore-scripts --no-audit --no-fund --prefer-offline >&2
  mv "$modules.made/node_modules" "$modules"
  rm -rf "$modules.made"
  echo "$key" >"$modules.key"
fi

environment=localhost/mle-star/mlebench-env:$$
DOCKER_BUILDKIT=0 docker build --quiet --network none --build-arg "BASE=$ours" --tag "$environment" \
  "$root/test/fakes/mlebench-env" >/dev/null
export MLE_STAR_BASE_IMAGE=$environment
image=$(build agent --node-image "$ours" --modules "$modules" --root-user)
say "built $image"

agent=mle-star-agent-$$
trap 'docker rm --force "$agent" >/dev/null; docker image rm "$image" "$environment" >/dev/null' EXIT
docker run --detach --network none --name "$agent" --env "COMPETITION_ID=$id" --env "TIME_LIMIT_SECS=$limit" \
  --volume "$prepared/public:/home/data:ro" --volume "$prepared/private:/private/data/$id/prepared/private/:ro" \
  "$image" >/dev/null
docker exec "$agent" timeout 60s sh -c 'while ! curl -s http://localhost:5000/health >/dev/null; do sleep 1; done'
mkdir -p "$out"
docker exec --user nonroot "$agent" mle-star --version >"$out/version"
docker exec --user nonroot "$agent" bash /home/agent/start.sh --model playbook "$@" >&2
docker exec --user nonroot "$agent" bash /home/validate_submission.sh /home/submission/submission.csv >"$out/validated.json"
for taken in submission logs code; do docker cp "$agent:/home/$taken" "$out/" >/dev/null; done
if docker exec --user nonroot "$agent" sh -c 'ls /private || touch /home/data/file' 2>/dev/null; then
  say "the agent can read the answers, or write into its data"
  exit 1
fi
if docker exec "$agent" sh -c 'find / -name answers -path "*tasks*" 2>/dev/null | grep .'; then
  say "hidden answers are in the image"
  exit 1
fi
