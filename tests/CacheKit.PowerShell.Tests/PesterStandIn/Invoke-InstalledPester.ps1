#Requires -Version 7.4

# Runs one test file with the Pester that is installed and writes how each test ended, as JSON.
param(
    [Parameter(Mandatory)]
    [string] $Path,

    [Parameter(Mandatory)]
    [string] $PesterPath,

    [Parameter(Mandatory)]
    [string] $ResultPath
)

# No strict mode and no $ErrorActionPreference here: the tests run in scopes below this one and would inherit them.
Import-Module -Name $PesterPath -ErrorAction Stop
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'None'
$run = Invoke-Pester -Configuration $configuration

# A failed hook is the error of its block, and a fault outside of every block that of the file, which has no name.
@{
    Broken = @(
        @($run.FailedContainers) + @($run.FailedBlocks) | ForEach-Object {
            @{ Name = "$($_.ExpandedPath)"; Message = $_.ErrorRecord -join [System.Environment]::NewLine }
        }
    )
    Tests  = @(
        $run.Tests | ForEach-Object {
            @{
                Name    = $_.ExpandedPath
                Outcome = $_.Result
                Message = $_.ErrorRecord -join [System.Environment]::NewLine
            }
        }
    )
} | ConvertTo-Json -Depth 4 | Set-Content -LiteralPath $ResultPath -ErrorAction Stop
