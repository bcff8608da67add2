<#
.SYNOPSIS
Builds, tries, tests, measures and packages CacheKit.
.DESCRIPTION
Needs the .NET SDK 10 and PowerShell 7.4 or newer. Where there is no such PowerShell, the SDK fetches one:
dotnet run --project build <task>
.EXAMPLE
./build.ps1 Quickstart
.EXAMPLE
./build.ps1 Test
#>
[CmdletBinding()]
param(
    # What to do, in this order.
    # Build: everything in the solution; the module goes to output/.
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

    # For Test: a .nupkg of the module to test instead of the sources, with Pester from PSModulePath. Nothing is built,
    # and no C# tests run.
    [string] $Package
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
    param([string[]] $ArgumentList)

    Write-Host "dotnet $ArgumentList"
    & dotnet @ArgumentList
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $($ArgumentList[0]) failed with exit code $LASTEXITCODE."
    }
}

# Runs a script in a new process of the PowerShell that runs this one. A PowerShell that is a .NET tool runs in dotnet.
function Invoke-Pwsh {
    $program = [Environment]::ProcessPath
    $isTool = [IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet'
    $dll = @(if ($isTool) { [Environment]::GetCommandLineArgs()[0] })
    & $program @dll -NoLogo -NoProfile -File @args
}

# Puts a package into output/ as installing it does: without the parts that are NuGet's own.
function Expand-Package {
    param([string] $Path)

    $version = [IO.Path]::GetFileNameWithoutExtension($Path) -replace '^CacheKit\.'
    $folder = Join-Path -Path $PSScriptRoot -ChildPath "output/CacheKit/$version"
    if (Test-Path -LiteralPath $folder) {
        Remove-Item -LiteralPath $folder -Recurse -Force
    }

    [IO.Compression.ZipFile]::ExtractToDirectory($Path, $folder)
    Get-ChildItem -LiteralPath $folder |
        Where-Object Name -Match '^(_rels|package|\[Content_Types\]\.xml|.+\.nuspec)$' |
        Remove-Item -Recurse -Force
}

# The module file of each Pester: a path, so that no other Pester on PSModulePath is picked up.
function Get-PesterModule {
    param([bool] $Installed)

    $pin = Select-Xml -Path build/build.proj -XPath '//PackageDownload[@Include="Pester"]/@Version'
    $versions = $pin.Node.Value -split ';' | ForEach-Object { $_.Trim('[', ']') }
    if (-not $Installed) {
        # Restores the pinned PowerShell, too, which tests start.
        $packages = & dotnet build build -restore -target:Build -getProperty:NuGetPackageRoot
        if ($LASTEXITCODE -ne 0) {
            throw "The tools cannot be restored:`n$($packages -join "`n")"
        }
    }

    foreach ($version in $versions) {
        $path = if ($Installed) {
            $name = @{ ModuleName = 'Pester'; RequiredVersion = $version }
            Get-Module -FullyQualifiedName $name -ListAvailable | Select-Object -First 1 -ExpandProperty Path
        }
        else {
            "$packages/pester/$version/tools/Pester.psd1"
        }

        if (-not $path) {
            throw "Pester $version is not installed. Run: Install-PSResource Pester -Version $version"
        }

        [pscustomobject]@{ Version = $version; Path = $path }
    }
}

# The result of a suite that did not come to an end.
function New-Result {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute(
        'PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It changes nothing.')]
    param([string] $Suite)

    [ordered]@{
        Suite = $Suite; Passed = 0; Failed = 1; Skipped = 0; Minutes = 0; Problem = 'no result'; FailedTests = @()
    }
}

# The failed tests of a C# project: what each says, and where, which is the first line of its stack that names a file.
function Get-FailedTest {
    param([Xml.XmlElement] $Run)

    foreach ($test in $Run.SelectNodes('//*[local-name()="UnitTestResult"][@outcome="Failed"]')) {
        $message = $test.SelectNodes('.//*[local-name()="ErrorInfo"]/*[local-name()="Message"]')
        $stack = $test.SelectNodes('.//*[local-name()="ErrorInfo"]/*[local-name()="StackTrace"]')
        [pscustomobject]@{
            Name    = $test.testName
            Message = $message | ForEach-Object InnerText
            Place   = $stack |
                ForEach-Object { $_.InnerText -split '\r?\n' -match ':line \d+' } |
                Select-Object -First 1
        }
    }
}

# Runs the C# tests, and returns the result of each project.
function Invoke-DotnetTest {
    param([string] $Folder)

    & dotnet test CacheKit.PS.sln --configuration $Configuration --logger trx --results-directory $Folder `
        --blame-hang-timeout 15m --blame-hang-dump-type none | Out-Host
    $runs = @{}
    foreach ($report in Get-ChildItem -LiteralPath $Folder -Filter *.trx) {
        $run = ([xml] (Get-Content -LiteralPath $report -Raw)).TestRun
        $assembly = @($run.SelectNodes('//*[@storage]/@storage'))[0]
        if ($assembly) {
            $runs[[IO.Path]::GetFileNameWithoutExtension($assembly.Value)] = $run
        }
    }

    foreach ($project in Get-ChildItem -Path tests/*.Tests/*.Tests.csproj) {
        $result = New-Result -Suite $project.BaseName
        $run = $runs[$project.BaseName]
        if ($run) {
            $counters = $run.ResultSummary.Counters
            $result.Passed = [int] $counters.passed
            $result.Skipped = [int] $counters.total - $counters.executed
            $result.Failed = [int] $counters.executed - $counters.passed
            $result.Minutes = ([datetime] $run.Times.finish - [datetime] $run.Times.start).TotalMinutes
            $result.Problem = if ($run.ResultSummary.outcome -ne 'Completed') { $run.ResultSummary.outcome }
            $result.FailedTests = @(Get-FailedTest -Run $run)
        }

        [pscustomobject] $result
    }
}

# Runs all Pester files in a process of their own, and returns the result.
function Invoke-PesterTest {
    param([psobject] $Pester, [string] $Folder)

    $suite = "Pester $($Pester.Version)"
    $report = Join-Path -Path $Folder -ChildPath "$suite.json"
    Invoke-Pwsh tests/pester/run.ps1 -Pester $Pester.Path -Report $report | Out-Host
    $result = New-Result -Suite $suite
    if (Test-Path -LiteralPath $report) {
        $totals = Get-Content -LiteralPath $report -Raw | ConvertFrom-Json -AsHashtable
        $totals.GetEnumerator() | ForEach-Object { $result[$_.Key] = $_.Value }
    }

    [pscustomobject] $result
}

# Names the failed tests, since what they said is far above, or cut off.
function Write-FailedTest {
    param([psobject[]] $Result)

    $most = 20
    $mostLines = 5
    $count = 0
    foreach ($suite in $Result) {
        foreach ($test in $suite.FailedTests) {
            $count++
            if ($count -le $most) {
                Write-Host "$($suite.Suite): $($test.Name)" -ForegroundColor Red
                $lines = @($test.Message -split '\r?\n' -match '\S' | Select-Object -First $mostLines) + $test.Place
                $lines -match '\S' | ForEach-Object { Write-Host "    $($_.Trim())" }
            }
        }
    }

    if ($count -gt $most) {
        Write-Host "... and $($count - $most) more"
    }
}

function Invoke-Test {
    $folder = [IO.Directory]::CreateTempSubdirectory('cachekit-test-').FullName
    try {
        # What may be missing comes first: the tests take minutes.
        $pesters = @(Get-PesterModule -Installed ([bool] $Package))
        $results = @(if ($Package) { Expand-Package -Path $Package } else { Invoke-DotnetTest -Folder $folder })
        $results += foreach ($pester in $pesters) { Invoke-PesterTest -Pester $pester -Folder $folder }
    }
    finally {
        Remove-Item -LiteralPath $folder -Recurse -Force
    }

    $minutes = @{ Name = 'Minutes'; Expression = 'Minutes'; FormatString = '0.0' }
    $results | Format-Table -Property Suite, Passed, Failed, Skipped, $minutes, Problem -Wrap | Out-Host
    Write-FailedTest -Result $results
    $sum = @{}
    foreach ($name in 'Passed', 'Failed', 'Skipped') {
        $sum[$name] = ($results | Measure-Object -Property $name -Sum).Sum
    }

    Write-Host "$($sum.Passed) passed, $($sum.Failed) failed, $($sum.Skipped) skipped"
    if ($sum.Failed -gt 0 -or $sum.Passed -eq 0 -or @($results | Where-Object Problem).Count -gt 0) {
        exit 1
    }
}

function Invoke-Quickstart {
    Write-Host 'Building the module ...'
    $log = & dotnet build module --configuration $Configuration
    if ($LASTEXITCODE -ne 0) {
        throw "The module cannot be built:`n$($log -join "`n")"
    }

    $modulePath = $env:PSModulePath
    $env:PSModulePath = "$PSScriptRoot/output" + [IO.Path]::PathSeparator + $modulePath
    try {
        Invoke-Pwsh samples/quickstart.ps1
    }
    finally {
        $env:PSModulePath = $modulePath
    }

    if ($LASTEXITCODE -ne 0) {
        throw "The quickstart failed with exit code $LASTEXITCODE."
    }
}

function Invoke-Analysis {
    if (-not (Get-Command -Name Invoke-ScriptAnalyzer -ErrorAction Ignore)) {
        throw 'Analyze needs PSScriptAnalyzer. Run: Install-PSResource PSScriptAnalyzer'
    }

    $findings = @(
        Get-ChildItem -Path . -Recurse -File -Include *.ps1, *.psm1, *.psd1 |
            Where-Object FullName -NotMatch '[\\/](bin|obj|output)[\\/]' |
            ForEach-Object { Invoke-ScriptAnalyzer -Path $_ -Settings ./PSScriptAnalyzerSettings.psd1 }
    )
    foreach ($finding in $findings) {
        Write-Warning "$($finding.ScriptPath)($($finding.Line)): $($finding.RuleName): $($finding.Message)"
    }

    if ($findings.Count -gt 0) {
        throw "PSScriptAnalyzer has $($findings.Count) findings."
    }
}

# output/ is removed first: nothing that an earlier build left goes into the package.
function New-Package {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute(
        'PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A step of a build, which nobody confirms.')]
    param()

    if (Test-Path -Path output) {
        Remove-Item -Path output -Recurse -Force
    }

    Invoke-Dotnet 'build', 'module', '--configuration', 'Release'
    $version = (Select-Xml -Path Directory.Build.props -XPath '//Version').Node.InnerText
    Compress-PSResource -Path "output/CacheKit/$version" -DestinationPath output
    Write-Host "output/CacheKit.$version.nupkg"
}

$start = Get-Location
try {
    $needsSdk = -not $Package -and @($Task -ne 'Analyze').Count -gt 0
    if ($needsSdk -and -not (Get-Command -Name dotnet -CommandType Application -ErrorAction Ignore)) {
        throw 'The .NET SDK 10 is needed: https://dotnet.microsoft.com/download'
    }

    if ($Package) {
        if (-not (Test-Path -LiteralPath $Package -PathType Leaf)) {
            throw "There is no package '$Package'. Make one with ./build.ps1 Package"
        }

        $Package = Convert-Path -LiteralPath $Package
    }

    Set-Location -LiteralPath $PSScriptRoot
    switch ($Task) {
        'Build' { Invoke-Dotnet 'build', 'CacheKit.PS.sln', '--configuration', $Configuration }
        'Quickstart' { Invoke-Quickstart }
        'Test' { Invoke-Test }
        'Analyze' { Invoke-Analysis }
        'Docs' { Invoke-Dotnet 'build', 'module', '--configuration', $Configuration }
        'Package' { New-Package }
        'Bench' { Invoke-Dotnet 'run', '--project', 'benchmarks/CacheKit.Benchmarks', '--configuration', 'Release' }
        'Clean' {
            Invoke-Dotnet 'clean', 'CacheKit.PS.sln', '--configuration', $Configuration, '--verbosity', 'quiet'
            if (Test-Path -Path output) {
                Remove-Item -Path output -Recurse -Force
            }
        }
    }
}
catch {
    # Sentences that this script throws stand alone; any other error keeps its position.
    if ($_.FullyQualifiedErrorId -ne $_.Exception.Message) {
        throw
    }

    Write-Host $_ -ForegroundColor Red
    exit 1
}
finally {
    Set-Location -LiteralPath $start
}
