#!/usr/bin/env pwsh
# ./build.ps1 [TARGET [ARGUMENT...]] : Release, or any other target of ImmutableBuild by its name.
param([string] $Target = "Release", [Parameter(ValueFromRemainingArguments)] [string[]] $Rest = @())
$ErrorActionPreference = "Stop"
Set-Location $PSScriptRoot
if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) { throw "build.ps1: the .NET SDK is not on the PATH" }
dotnet build "src/ImmutableApp" "-t:$Target" @Rest
exit $LASTEXITCODE
