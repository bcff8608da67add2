#Requires -Version 7.4
<#
.SYNOPSIS
Runs Pester files on the module in output/. Exits with 1 unless every test of every file passed.
.DESCRIPTION
For a process of its own: it changes the environment, so that the tests see neither the home nor the settings of the
user. build.ps1 Test runs all files by it, once for each Pester.
.EXAMPLE
pwsh -NoProfile -File tests/pester/run.ps1 -Path tests/pester/Invoke-SecureCached.Tests.ps1
#>
param(
    # The files or folders to run; everything beside this script by default.
    [string[]] $Path = $PSScriptRoot,

    # The path of a Pester.psd1. By default the one that PowerShell finds.
    [string] $Pester = 'Pester',

    # Where to write the totals and the failed tests, as JSON.
    [string] $Report
)

# No strict mode and no $ErrorActionPreference: the tests run in scopes below this one and would inherit them.
Import-Module -Name $Pester -MinimumVersion 5.0 -ErrorAction Stop

$scratch = [IO.Directory]::CreateTempSubdirectory('cachekit-pester-').FullName
$homes = 'HOME', 'USERPROFILE', 'LOCALAPPDATA', 'APPDATA', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME'
foreach ($name in $homes) {
    Set-Item -Path "Env:$name" -Value $scratch
}

Get-ChildItem -Path Env: | Where-Object Name -Match '^(CACHEKIT_(?!TEST_)|REDIS_URL$)' | Remove-Item
$output = [IO.Path]::GetFullPath("$PSScriptRoot/../../output")
$env:PSModulePath = $output + [IO.Path]::PathSeparator + $env:PSModulePath

# A server for integration/, unless the caller names one.
$redis = $null
if (-not $env:CACHEKIT_TEST_REDIS -and (Get-Command -Name redis-server -CommandType Application -ErrorAction Ignore)) {
    $socket = "$scratch/redis.sock"
    $arguments = '--port', '0', '--unixsocket', $socket, '--save', '""', '--logfile', "$scratch/redis.log"
    $redis = Start-Process -FilePath redis-server -ArgumentList $arguments -PassThru
    while (-not (Test-Path -LiteralPath $socket) -and -not $redis.HasExited) {
        Start-Sleep -Milliseconds 20
    }

    $env:CACHEKIT_TEST_REDIS = "unix://$socket"
}

try {
    $configuration = New-PesterConfiguration
    $configuration.Run.Path = $Path
    $configuration.Run.PassThru = $true
    $run = Invoke-Pester -Configuration $configuration
}
finally {
    if ($redis) {
        $redis.Kill()
        $redis.WaitForExit()
    }
}

# What Pester does not count as a failed test: a block or a file that broke, and a file without tests.
$problems = @(
    @($run.FailedContainers) + @($run.FailedBlocks) | ForEach-Object { "broken: $($_.ToString())" }
    $run.Containers |
        Where-Object { $_.TotalCount -eq 0 -and $_.Result -ne 'Failed' } |
        ForEach-Object { "no tests: $_" }
    if ($run.TotalCount -eq 0) { 'no test ran' }
)
$problems | ForEach-Object { Write-Host $_ -ForegroundColor Red }
$totals = [ordered]@{
    Passed  = $run.PassedCount
    Failed  = $run.TotalCount - $run.PassedCount - $run.SkippedCount
    Skipped = $run.SkippedCount
    Minutes = $run.Duration.TotalMinutes
    Problem = $problems -join '; '
}
if ($Report) {
    $totals.FailedTests = @(
        $run.Tests | Where-Object Result -NotIn 'Passed', 'Skipped' | ForEach-Object {
            # What a block says in which a test could not begin is its own.
            $record = @($_.ErrorRecord) + @($_.Block.ErrorRecord) | Select-Object -First 1
            [ordered]@{
                Name    = $_.ExpandedPath
                Message = if ($record) { $record.Exception.Message } else { "$($_.Result)" }
                Place   = "$($_.ScriptBlock.File):$($_.StartLine)"
            }
        }
    )
    $totals | ConvertTo-Json -Depth 3 | Set-Content -LiteralPath $Report
}

# Windows keeps what a session of this process still holds.
Remove-Item -LiteralPath $scratch -Recurse -Force -ErrorAction Ignore
exit [int] ($totals.Failed -gt 0 -or $problems.Count -gt 0)
