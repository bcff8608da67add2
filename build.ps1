#Requires -Version 7.4
<#
.SYNOPSIS
Builds, checks, tests and packages CacheKit.
.DESCRIPTION
For people who have pwsh. Each task is one dotnet command, shown before it runs, so that nothing here needs pwsh;
Analyze alone needs the module PSScriptAnalyzer.
.EXAMPLE
./build.ps1 -Task Build, Test -Configuration Release
#>
[CmdletBinding()]
param(
    # What to do, in this order. Docs builds the module with its help from docs/cmdlets, and stops at a malformed page;
    # Package builds it for release. Both leave it in output/.
    [Parameter(Position = 0)]
    [ValidateSet('Clean', 'Build', 'Analyze', 'Test', 'Docs', 'Package', 'Bench')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Invoke-Dotnet {
    param([Parameter(Mandatory)][string[]] $ArgumentList)
    Write-Information -MessageData "dotnet $($ArgumentList -join ' ')" -InformationAction Continue
    & dotnet @ArgumentList
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $($ArgumentList[0]) failed with exit code $LASTEXITCODE."
    }
}

function Invoke-Analysis {
    $files = Get-ChildItem -Path $PSScriptRoot -Recurse -File -Include '*.ps1', '*.psm1', '*.psd1' |
        Where-Object FullName -NotMatch '[\\/](bin|obj|output)[\\/]'
    $settings = Join-Path -Path $PSScriptRoot -ChildPath 'PSScriptAnalyzerSettings.psd1'
    $findings = @($files | ForEach-Object { Invoke-ScriptAnalyzer -Path $_.FullName -Settings $settings })
    foreach ($finding in $findings) {
        Write-Warning -Message "$($finding.ScriptPath)($($finding.Line)): $($finding.RuleName): $($finding.Message)"
    }
    if ($findings.Count -gt 0) {
        throw "PSScriptAnalyzer has $($findings.Count) findings."
    }
}

$solution = 'CacheKit.PS.sln'
$module = 'module/CacheKit.Module.csproj'
$bench = 'benchmarks/CacheKit.Benchmarks'

Push-Location -Path $PSScriptRoot
try {
    foreach ($name in $Task) {
        switch ($name) {
            'Clean' { Invoke-Dotnet 'clean', $solution, '--configuration', $Configuration }
            'Build' { Invoke-Dotnet 'build', $solution, '--configuration', $Configuration }
            'Analyze' { Invoke-Analysis }
            'Test' { Invoke-Dotnet 'test', $solution, '--configuration', $Configuration }
            'Docs' { Invoke-Dotnet 'build', $module, '--configuration', $Configuration }
            'Package' { Invoke-Dotnet 'build', $module, '--configuration', 'Release' }
            'Bench' { Invoke-Dotnet 'run', '--project', $bench, '--configuration', 'Release' }
        }
    }
}
finally {
    Pop-Location
}
