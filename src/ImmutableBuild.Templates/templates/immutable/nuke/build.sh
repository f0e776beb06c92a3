#!/usr/bin/env bash
# ./build.sh [TARGET...] [--parameter VALUE...] : Release, or any other target; ./build.sh --help lists both.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
command -v dotnet >/dev/null || { echo "build.sh: the .NET SDK is not on the PATH" >&2; exit 1; }
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build build/_build.csproj -nodeReuse:false -nologo -clp:NoSummary --verbosity quiet
exec dotnet run --project build/_build.csproj --no-build -- "$@"
