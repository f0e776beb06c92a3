#!/usr/bin/env pwsh
# ./build.ps1 [Compile|Test|Pack|Release]...
$ErrorActionPreference = "Stop"
Set-Location $PSScriptRoot
if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) { throw "build.ps1: the .NET SDK is not on the PATH; global.json says which version" }
dotnet run --project build/_build.csproj -- @args
exit $LASTEXITCODE
