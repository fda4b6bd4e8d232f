#!/usr/bin/env bash
# Prints the path of a Kubo binary, of the version that go.mod pins; builds it once into the user's cache (2-4 minutes
# when nothing of it is there, 20 s with Go's caches warm, at once after that). Needs Go. Safe to run several at a time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
unset GOFLAGS

version=$(awk '$1 == "github.com/ipfs/kubo" { print $2 }' go.mod)
dir=${XDG_CACHE_HOME:-$HOME/.cache}/deso-ipfs-gateway/kubo-$version

if [[ ! -x $dir/ipfs ]]; then
  mkdir -p "$dir"
  exec 9>"$dir/.lock"
  flock 9
  if [[ ! -x $dir/ipfs ]]; then
    if ! nice go build -trimpath -ldflags='-s -w' -o "$dir/ipfs.new" github.com/ipfs/kubo/cmd/ipfs >"$dir/build.log" 2>&1; then
      tail -n 20 "$dir/build.log" >&2
      exit 1
    fi
    mv "$dir/ipfs.new" "$dir/ipfs"
  fi
fi
printf '%s\n' "$dir/ipfs"
