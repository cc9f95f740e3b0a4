#!/usr/bin/env pwsh
<#
.SYNOPSIS
Restores, builds and runs all tests; the last line is "N passed, N failed, N skipped".
.DESCRIPTION
Starts no server. Tests that need PostgreSQL use the one that DOMAIN_EVENTS_POSTGRES names (a connection
string) and skip without it, unless DOMAIN_EVENTS_REQUIRE_SERVERS is 1.
.PARAMETER Filter
Run only the tests that match (the syntax of dotnet test --filter).
.PARAMETER Coverage
Also measure line coverage (Cobertura files under artifacts/test-results).
.PARAMETER Soak
Also run the long tests (sets DOMAIN_EVENTS_SOAK=1).
#>
[CmdletBinding()]
param(
    [string] $Filter = '',
    [switch] $Coverage,
    [switch] $Soak
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
# The exit codes of dotnet are looked at below.
$PSNativeCommandUseErrorActionPreference = $false

$results = Join-Path $PSScriptRoot 'artifacts/test-results'
$soakBefore = $env:DOMAIN_EVENTS_SOAK
$passed = 0
$failed = 0
$skipped = 0

Push-Location $PSScriptRoot
try {
    if ($Soak) { $env:DOMAIN_EVENTS_SOAK = '1' }

    Write-Host '== Restore and build'
    dotnet restore DomainEvents.sln
    if ($LASTEXITCODE -eq 0) { dotnet build DomainEvents.sln -c Release --no-restore }

    if ($LASTEXITCODE -ne 0) {
        $failed = 1
    }
    else {
        Write-Host ''
        Write-Host '== Tests'
        if (Test-Path $results) { Remove-Item -Recurse -Force $results }
        $arguments = @('DomainEvents.sln', '-c', 'Release', '--no-build', '-m:1', '--logger', 'trx', '--results-directory', $results)
        if ($Filter) { $arguments += @('--filter', $Filter) }
        if ($Coverage) { $arguments += @('--collect', 'XPlat Code Coverage', '--settings', (Join-Path $PSScriptRoot 'tests/coverage.runsettings')) }
        dotnet test @arguments
        $runStatus = $LASTEXITCODE

        # A skipped test is in total but not in executed; notExecuted stays 0 in this format.
        foreach ($file in Get-ChildItem -Path $results -Filter '*.trx' -Recurse -ErrorAction SilentlyContinue) {
            $counters = ([xml](Get-Content -LiteralPath $file.FullName -Raw)).TestRun.ResultSummary.Counters
            $passed += [int]$counters.passed
            $failed += [int]$counters.executed - [int]$counters.passed
            $skipped += [int]$counters.total - [int]$counters.executed
        }

        Write-Host ''
        if ($runStatus -ne 0 -and $failed -eq 0) {
            Write-Host 'The run broke off before its tests could report (see above): counted as one failure.'
            $failed = 1
        }
        elseif ($passed + $failed -eq 0) {
            Write-Host 'No test was executed: counted as one failure.'
            $failed = 1
        }
    }
}
finally {
    $env:DOMAIN_EVENTS_SOAK = $soakBefore
    Pop-Location
}

Write-Host "$passed passed, $failed failed, $skipped skipped"
if ($failed -gt 0) { exit 1 }
exit 0
