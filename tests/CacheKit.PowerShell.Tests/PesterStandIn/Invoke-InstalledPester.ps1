#Requires -Version 7.4

# Runs one test file with the Pester that is installed and writes how each test ended, as JSON.
param(
    [Parameter(Mandatory)]
    [string] $Path,

    [Parameter(Mandatory)]
    [string] $ResultPath
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Import-Module Pester -MinimumVersion 5.0
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'None'
$run = Invoke-Pester -Configuration $configuration

# A hook that failed is the block's error, and not that of the tests that passed before.
$broken = @($run.Containers) + @($run.FailedBlocks) | ForEach-Object { $_.ErrorRecord } | ForEach-Object { "$_" }
@{
    Broken = @($broken)
    Tests  = @(
        $run.Tests | ForEach-Object {
            @{
                Name    = $_.ExpandedPath
                Outcome = $_.Result
                Message = @($_.ErrorRecord) -join [System.Environment]::NewLine
            }
        }
    )
} | ConvertTo-Json -Depth 4 | Set-Content -LiteralPath $ResultPath
