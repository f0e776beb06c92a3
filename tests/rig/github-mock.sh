#!/bin/bash
# GitHub's own OpenAPI description and a validator of JSON schemas, from npm, for github-mock.cjs. Prints their directory.
set -euo pipefail; . "$(dirname "$0")/lib.sh"
dir="$RIG/github"
if [ ! -e "$dir/ready" ]; then
  mkdir -p "$dir"; cd "$dir"; echo '{"private":true}' >package.json
  npm install --silent --no-audit --no-fund --ignore-scripts @octokit/openapi@23.0.2 ajv@8.17.1 ajv-formats@3.0.1 >&2
  # Of 389 MB two files are used: that of github.com, and that of the newest GitHub Enterprise Server.
  find node_modules/@octokit/openapi/generated -name '*.json' ! -name api.github.com.json ! -name ghes-3.19.json -delete
  touch ready
fi
echo "$dir"
