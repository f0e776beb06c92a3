#!/bin/bash
# The published JSON schemas of CycloneDX 1.6 and SARIF 2.1.0, and a validator, from npm. Prints their directory.
set -euo pipefail; . "$(dirname "$0")/lib.sh"
dir="$RIG/schemas"
if [ ! -e "$dir/node_modules/ajv-formats" ]; then
  mkdir -p "$dir"; cd "$dir"; echo '{"private":true}' >package.json
  npm install --silent --no-audit --no-fund --ignore-scripts @cyclonedx/cyclonedx-library@10.3.0 @microsoft/jest-sarif@1.0.0-beta.0 ajv@8.17.1 ajv-draft-04@1.0.0 ajv-formats@3.0.1 >&2
fi
echo "$dir"
