#!/usr/bin/env pwsh
# ./build.ps1 [TARGET...] [--parameter VALUE...] : Release, or any other target; ./build.ps1 --help lists both.
$ErrorActionPreference = "Stop"
Set-Location $PSScriptRoot
if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) { throw "build.ps1: the .NET SDK is not on the PATH" }
$env:DOTNET_NOLOGO = "1"
$env:DOTNET_CLI_TELEMETRY_OPTOUT = "1"
dotnet build build/_build.csproj -nodeReuse:false -nologo -clp:NoSummary --verbosity quiet
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
dotnet run --project build/_build.csproj --no-build -- $args
exit $LASTEXITCODE
