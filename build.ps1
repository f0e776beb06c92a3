#!/usr/bin/env pwsh
# ./build.ps1 [target...] [--parameter value...]; ./build.ps1 --help lists both.
$ErrorActionPreference = "Stop"
Set-Location $PSScriptRoot
if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) { throw "build.ps1: the .NET SDK is not on the PATH; global.json says which version" }
$env:DOTNET_NOLOGO = 1
$env:DOTNET_CLI_TELEMETRY_OPTOUT = 1

# NUKE where it can be restored; asked once, or told by UseNuke=true|false.
if (-not $env:UseNuke) {
    $answer = Join-Path $PSScriptRoot ".nuke/temp/use-nuke"
    if (-not (Test-Path $answer)) {
        New-Item -ItemType Directory -Force (Split-Path $answer) | Out-Null
        dotnet restore build/_build.csproj -p:UseNuke=true -p:RestoreRecursive=false "-p:MSBuildProjectExtensionsPath=$PSScriptRoot/.nuke/temp/nuke-common/" -v quiet *> $null
        if ($LASTEXITCODE -eq 0) { "true" | Set-Content $answer }
        else {
            "false" | Set-Content $answer
            [Console]::Error.WriteLine("build.ps1: Nuke.Common can't be restored here; the build class runs on the stand-in in tests/ImmutableBuild.NukeStandIn.")
        }
    }
    $env:UseNuke = (Get-Content $answer).Trim()
}

dotnet build build/_build.csproj -nodeReuse:false -nologo -clp:NoSummary --verbosity quiet
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
dotnet run --project build/_build.csproj --no-build -- $args
exit $LASTEXITCODE
