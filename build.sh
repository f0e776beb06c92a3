#!/usr/bin/env bash
# ./build.sh [Compile|Test|Pack|Release]...
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
command -v dotnet >/dev/null || { echo "build.sh: the .NET SDK is not on the PATH; global.json says which version" >&2; exit 1; }
exec dotnet run --project build/_build.csproj -- "$@"
