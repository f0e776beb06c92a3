#!/bin/bash
# The keys and certificates of a Sigstore of one's own, from npm. Prints the directory that sigstore.cjs runs in.
set -euo pipefail; . "$(dirname "$0")/lib.sh"
dir="$RIG/sigstore"
if [ ! -d "$dir/node_modules/@sigstore/mock" ]; then
  mkdir -p "$dir"; cd "$dir"
  npm install --silent --no-audit --no-fund --no-save @sigstore/mock@0.13.0 >/dev/null
fi
cp "$HERE/sigstore.cjs" "$dir/"
echo "$dir"
