#!/usr/bin/env pwsh
# ./build.ps1 [TARGET [ARGUMENT...]] : Release, or any other target of ImmutableBuild by its name.
$ErrorActionPreference = "Stop"
Set-Location $PSScriptRoot
if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) { throw "build.ps1: the .NET SDK is not on the PATH" }

# PowerShell takes -p:NAME=VALUE apart at the colon; it goes on in one piece. Declared parameters would take -p for one of their own.
$given = @()
foreach ($argument in $args) {
    if ($given -and $given[-1] -match '^-[^:]*:$') { $given[-1] += $argument } else { $given += "$argument" }
}
$target = if ($given) { $given[0] } else { "Release" }
dotnet build "src/ImmutableApp" "-t:$target" ($given | Select-Object -Skip 1)
exit $LASTEXITCODE
