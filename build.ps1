<#
.SYNOPSIS
Builds, tries, tests, measures and packages CacheKit.
.DESCRIPTION
Needs the .NET SDK 10 and PowerShell 7.4 or newer. Where there is no such PowerShell, the SDK brings one:
dotnet run --project build <task>
.EXAMPLE
./build.ps1 Quickstart
.EXAMPLE
./build.ps1 Test
#>
[CmdletBinding()]
param(
    # What to do, in this order.
    # Build: the module, into output/, and everything else in the solution.
    # Quickstart: builds the module and runs samples/quickstart.ps1.
    # Test: the C# tests, then the Pester files on each Pester that build/build.proj pins.
    # Analyze: PSScriptAnalyzer over all scripts.
    # Docs: the module with its help; stops at a page of docs/cmdlets that is malformed.
    # Package: the module for release, and output/CacheKit.<version>.nupkg of it.
    # Bench: the ratios of docs/performance.md; fails when one is over its budget.
    # Clean: removes what the others made.
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Quickstart', 'Test', 'Analyze', 'Docs', 'Package', 'Bench', 'Clean')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug',

    # Tests the module that is in output/ already, with Pester from PSModulePath: no build, no C# tests.
    [switch] $Prebuilt
)

# Not by #Requires, which would not say what to run instead.
if ($PSVersionTable.PSVersion -lt [version] '7.4') {
    Write-Host "PowerShell 7.4 or newer is needed; this is $($PSVersionTable.PSVersion). Run instead:"
    Write-Host "dotnet run --project build $Task"
    exit 1
}

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Invoke-Dotnet {
    if (-not (Get-Command -Name dotnet -CommandType Application -ErrorAction Ignore)) {
        throw 'The .NET SDK 10 is needed: https://dotnet.microsoft.com/download'
    }

    Write-Host "dotnet $args"
    & dotnet @args
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $($args[0]) failed with exit code $LASTEXITCODE."
    }
}

# Runs a script in a new process of the PowerShell that runs this one. A PowerShell that is a .NET tool runs in dotnet.
function Invoke-Script {
    $pwsh = [Environment]::ProcessPath
    $dll = if ([IO.Path]::GetFileNameWithoutExtension($pwsh) -eq 'dotnet') { [Environment]::GetCommandLineArgs()[0] }
    & $pwsh @dll -NoLogo -NoProfile -File @args
}

# Returns the folder of NuGet's packages, with Pester and the pinned PowerShell in it.
function Restore-Tool {
    $root = & dotnet build build -restore -getProperty:NuGetPackageRoot -target:Build
    if ($LASTEXITCODE -ne 0) {
        throw "The tools cannot be restored:`n$($root -join "`n")"
    }

    $root
}

# The versions of Pester, each with the path of its module file. Paths, so that no other Pester is picked up.
function Get-PesterModule {
    $package = ([xml] (Get-Content -Path build/build.proj -Raw)).SelectSingleNode('//PackageDownload[@Include="Pester"]')
    $versions = $package.Version -split ';' | ForEach-Object { $_.Trim('[', ']') }
    if ($Prebuilt) {
        foreach ($version in $versions) {
            $found = Get-Module -FullyQualifiedName @{ ModuleName = 'Pester'; RequiredVersion = $version } -ListAvailable
            if (-not $found) {
                throw "Pester $version is not installed. Run: Install-PSResource Pester -Version $version"
            }

            [pscustomobject]@{ Version = $version; Path = @($found)[0].Path }
        }
    }
    else {
        $root = Restore-Tool
        foreach ($version in $versions) {
            [pscustomobject]@{ Version = $version; Path = [IO.Path]::Combine($root, "pester/$version/tools/Pester.psd1") }
        }
    }
}

# Runs the C# tests and returns one result for each project. A project whose tests did not start counts as a failure.
function Invoke-DotnetTest {
    param([string] $Reports)

    & dotnet test CacheKit.PS.sln --configuration $Configuration --logger trx --results-directory $Reports `
        --blame-hang-timeout 15m --blame-hang-dump-type none | Out-Host
    $runs = @(Get-ChildItem -Path $Reports -Filter *.trx | ForEach-Object { ([xml] (Get-Content $_ -Raw)).TestRun })
    foreach ($project in Get-ChildItem -Path tests/*.Tests/*.Tests.csproj) {
        $run = @($runs | Where-Object {
                $test = @($_.TestDefinitions.UnitTest)[0]
                $test -and [IO.Path]::GetFileNameWithoutExtension($test.storage) -eq $project.BaseName
            })[0]
        if ($run) {
            $counters = $run.ResultSummary.Counters
            [pscustomobject]@{
                Suite   = $project.BaseName
                Passed  = [int] $counters.passed
                Failed  = [int] $counters.failed
                Skipped = [int] $counters.total - $counters.passed - $counters.failed
                Time    = [datetime] $run.Times.finish - [datetime] $run.Times.start
                Problem = if ($run.ResultSummary.outcome -ne 'Completed') { "ended as $($run.ResultSummary.outcome)" }
            }
        }
        else {
            New-BrokenResult $project.BaseName 'no test ran'
        }
    }
}

function Invoke-PesterTest {
    param([psobject] $Pester, [string] $Reports)

    $suite = "Pester $($Pester.Version)"
    $report = Join-Path -Path $Reports -ChildPath "$suite.json"
    Invoke-Script tests/pester/run.ps1 -Pester $Pester.Path -Report $report | Out-Host
    if (Test-Path -Path $report) {
        $result = Get-Content -Path $report -Raw | ConvertFrom-Json
        [pscustomobject]@{
            Suite   = $suite
            Passed  = $result.Passed
            Failed  = $result.Failed
            Skipped = $result.Skipped
            Time    = [timespan]::FromSeconds($result.Seconds)
            Problem = $result.Problem
        }
    }
    else {
        New-BrokenResult $suite "ended with exit code $LASTEXITCODE and no result"
    }
}

function New-BrokenResult {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute(
        'PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It makes an object and changes nothing.')]
    param([string] $Suite, [string] $Problem)

    [pscustomobject]@{ Suite = $Suite; Passed = 0; Failed = 1; Skipped = 0; Time = [timespan]::Zero; Problem = $Problem }
}

function Invoke-Test {
    $reports = [IO.Directory]::CreateTempSubdirectory('cachekit-test-').FullName
    try {
        # First what may fail for lack of something: the tests take minutes.
        $pesters = @(Get-PesterModule)
        $results = @(if (-not $Prebuilt) { Invoke-DotnetTest -Reports $reports })
        $results += foreach ($pester in $pesters) { Invoke-PesterTest -Pester $pester -Reports $reports }
    }
    finally {
        Remove-Item -LiteralPath $reports -Recurse
    }

    $minutes = @{ n = 'Minutes'; e = { $_.Time.TotalMinutes.ToString('0.0') } }
    $results | Format-Table -Property Suite, Passed, Failed, Skipped, $minutes, Problem | Out-String | Write-Host
    $sum = @{}
    foreach ($name in 'Passed', 'Failed', 'Skipped') {
        $sum.$name = ($results | Measure-Object -Property $name -Sum).Sum
    }

    Write-Host "$($sum.Passed) passed, $($sum.Failed) failed, $($sum.Skipped) skipped"
    if ($sum.Failed -gt 0 -or $sum.Passed -eq 0 -or @($results | Where-Object Problem)) {
        exit 1
    }
}

function Invoke-Analysis {
    if (-not (Get-Command -Name Invoke-ScriptAnalyzer -ErrorAction Ignore)) {
        throw 'Analyze needs PSScriptAnalyzer. Run: Install-PSResource PSScriptAnalyzer'
    }

    $files = Get-ChildItem -Path . -Recurse -File -Include '*.ps1', '*.psm1', '*.psd1' |
        Where-Object FullName -NotMatch '[\\/](bin|obj|output)[\\/]'
    $findings = @($files | ForEach-Object { Invoke-ScriptAnalyzer -Path $_ -Settings ./PSScriptAnalyzerSettings.psd1 })
    foreach ($finding in $findings) {
        Write-Warning "$($finding.ScriptPath)($($finding.Line)): $($finding.RuleName): $($finding.Message)"
    }

    if ($findings.Count -gt 0) {
        throw "PSScriptAnalyzer has $($findings.Count) findings."
    }
}

Push-Location -Path $PSScriptRoot
$modulePath = $env:PSModulePath
try {
    foreach ($name in $Task) {
        switch ($name) {
            'Build' { Invoke-Dotnet build CacheKit.PS.sln --configuration $Configuration }
            'Quickstart' {
                Invoke-Dotnet build module --configuration $Configuration --verbosity quiet -consoleLoggerParameters:NoSummary
                $env:PSModulePath = "$PSScriptRoot/output" + [IO.Path]::PathSeparator + $modulePath
                Invoke-Script samples/quickstart.ps1
                if ($LASTEXITCODE -ne 0) {
                    throw "The quickstart failed with exit code $LASTEXITCODE."
                }
            }
            'Test' { Invoke-Test }
            'Analyze' { Invoke-Analysis }
            'Docs' { Invoke-Dotnet build module --configuration $Configuration }
            'Package' {
                Invoke-Dotnet build module --configuration Release
                $version = ([xml] (Get-Content -Path Directory.Build.props -Raw)).SelectSingleNode('//Version').InnerText
                $package = "output/CacheKit.$version.nupkg"
                if (Test-Path -Path $package) {
                    Remove-Item -Path $package
                }

                Compress-PSResource -Path "output/CacheKit/$version" -DestinationPath output
                Write-Host $package
            }
            'Bench' { Invoke-Dotnet run --project benchmarks/CacheKit.Benchmarks --configuration Release }
            'Clean' {
                Invoke-Dotnet clean CacheKit.PS.sln --configuration $Configuration --verbosity quiet
                if (Test-Path -Path output) {
                    Remove-Item -Path output -Recurse
                }
            }
        }
    }
}
finally {
    $env:PSModulePath = $modulePath
    Pop-Location
}
