#!/usr/bin/env bash
# ./build.sh [target...] [--parameter value...]; ./build.sh --help lists both.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
command -v dotnet >/dev/null || { echo "build.sh: the .NET SDK is not on the PATH; global.json says which version" >&2; exit 1; }
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

# NUKE where it can be restored; asked once, or told by UseNuke=true|false.
if [ -z "${UseNuke:-}" ]; then
  answer=.nuke/temp/use-nuke
  if [ ! -f "$answer" ]; then
    mkdir -p .nuke/temp
    if dotnet restore build/_build.csproj -p:UseNuke=true -p:RestoreRecursive=false -p:MSBuildProjectExtensionsPath="$PWD/.nuke/temp/nuke-common/" -v quiet >/dev/null 2>&1; then
      echo true > "$answer"
    else
      echo false > "$answer"
      echo "build.sh: Nuke.Common can't be restored here; the build class runs on the stand-in in tests/ImmutableBuild.NukeStandIn." >&2
    fi
  fi
  UseNuke=$(cat "$answer")
fi
export UseNuke

dotnet build build/_build.csproj -nodeReuse:false -nologo -clp:NoSummary --verbosity quiet
exec dotnet run --project build/_build.csproj --no-build -- "$@"
