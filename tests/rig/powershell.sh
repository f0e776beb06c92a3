#!/bin/bash
# PowerShell, from the package that Microsoft publishes as a tool of .NET. Prints its program.
set -euo pipefail; . "$(dirname "$0")/lib.sh"
dir="$RIG/powershell-7.6.9"
if [ ! -x "$dir/pwsh" ]; then
  rm -rf "$dir"
  dotnet tool install PowerShell --version 7.6.9 --tool-path "$dir" >&2
fi
echo "$dir/pwsh"
