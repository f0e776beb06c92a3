#!/usr/bin/env bash
# ./build.sh [TARGET [ARGUMENT...]] : Release, or any other target of ImmutableBuild by its name.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
command -v dotnet >/dev/null || { echo "build.sh: the .NET SDK is not on the PATH" >&2; exit 1; }
target=${1:-Release}
[ $# -eq 0 ] || shift
exec dotnet build "src/ImmutableApp" "-t:$target" "$@"
