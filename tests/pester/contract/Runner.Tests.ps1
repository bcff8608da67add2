#Requires -Version 7.4
# A run that tests less than it seems to is worse than none: run.ps1 fails unless every file has tests, and all passed.

BeforeAll {
    Set-StrictMode -Version Latest

    # Runs files in a process of their own, on the Pester of this run.
    function Invoke-Runner {
        param([hashtable] $File, [string] $ModulePath = $env:PSModulePath)

        $folder = (New-Item -ItemType Directory -Path "TestDrive:/$([guid]::NewGuid())").FullName
        foreach ($name in $File.Keys) {
            Set-Content -LiteralPath "$folder/$name.Tests.ps1" -Value $File[$name]
        }

        $program = [Environment]::ProcessPath
        $isTool = [IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet'
        $dll = @(if ($isTool) { [Environment]::GetCommandLineArgs()[0] })
        $runner = "$PSScriptRoot/../run.ps1"
        $pester = Join-Path -Path (Get-Module -Name Pester).ModuleBase -ChildPath Pester.psd1
        $savedPath = $env:PSModulePath
        $env:PSModulePath = $ModulePath
        try {
            $arguments = '-Path', $folder, '-Pester', $pester, '-Report', "$folder/totals.json"
            $null = & $program @dll -NoProfile -File $runner @arguments 2>&1
        }
        finally {
            $env:PSModulePath = $savedPath
        }

        Get-Content -LiteralPath "$folder/totals.json" -Raw |
            ConvertFrom-Json |
            Add-Member -NotePropertyName ExitCode -NotePropertyValue $LASTEXITCODE -PassThru
    }
}

Describe 'tests/pester/run.ps1' {
    It 'Runner: passes when every test passed or was skipped, and ignores the Pester on PSModulePath' {
        $module = New-Item -ItemType Directory -Path "TestDrive:/$([guid]::NewGuid())/Pester/99.0.0"
        Set-Content -LiteralPath "$module/Pester.psm1" -Value 'throw "This Pester is the user''s."'
        New-ModuleManifest -Path "$module/Pester.psd1" -RootModule Pester.psm1 -ModuleVersion 99.0.0
        $modulePath = (Split-Path -Path $module.Parent.FullName) + [IO.Path]::PathSeparator + $env:PSModulePath
        $result = Invoke-Runner -ModulePath $modulePath -File @{
            first  = "Describe 'a' { It 'passes' { 1 | Should -Be 1 } }"
            second = "Describe 'b' { It 'skips' -Skip { 1 | Should -Be 2 }; It 'passes' { 1 | Should -Be 1 } }"
        }
        $result.ExitCode | Should -Be 0
        $result.Passed, $result.Failed, $result.Skipped | Should -Be @(2, 0, 1)
        $result.Problem | Should -BeNullOrEmpty
        $result.FailedTests | Should -BeNullOrEmpty
    }

    It 'Runner: fails for a failed or inconclusive test, a broken block, a syntax error and a file without tests' {
        $result = Invoke-Runner -File @{
            block        = "Describe 'Broken' { AfterAll { throw 'x' }; It 'passes' { 1 | Should -Be 1 } }"
            empty        = "'nothing'"
            failed       = "Describe 'b' { It 'fails' { 1 | Should -Be 2 } }"
            inconclusive = "Describe 'b' { It 'x' { Set-ItResult -Inconclusive } }"
            syntax       = "Describe 'b' { It 'x' {"
        }
        $result.ExitCode | Should -Be 1
        $result.Passed, $result.Failed, $result.Skipped | Should -Be @(1, 2, 0)
        $problems = $result.Problem -split '; '
        $problems | Should -HaveCount 3
        $problems -like 'broken: *Broken' | Should -HaveCount 1
        $problems -like 'broken: *syntax.Tests.ps1' | Should -HaveCount 1
        $problems -like 'no tests: *empty.Tests.ps1' | Should -HaveCount 1
    }

    It 'Runner: names each failed test, and says what it said and where it is' {
        $result = Invoke-Runner -File @{
            first  = "Describe 'a' {`n It 'fails <_>' -ForEach 1, 2 {`n 1 | Should -Be 3 -Because ""so`nit is"" } }"
            second = "Describe 'b' { It 'passes' { 1 | Should -Be 1 }; It 'skips' -Skip { 1 | Should -Be 2 } }"
            third  = "Describe 'c' { Context 'd' { BeforeAll { throw 'It broke.' }; It 'begins' { } } }"
        }
        $result.FailedTests.Name | Should -Be @('a.fails 1', 'a.fails 2', 'c.d.begins')
        $result.FailedTests[0].Message | Should -Be "Expected 3, because so`nit is, but got 1."
        $result.FailedTests[0].Place | Should -BeLike '*first.Tests.ps1:2'
        $result.FailedTests[2].Message | Should -BeLike '*It broke.*'
    }

    It 'Runner: fails for any one of them: <_>' -ForEach 'a file without tests', 'a folder without files' {
        $file = if ($_ -eq 'a file without tests') { @{ empty = "'nothing'" } } else { @{} }
        (Invoke-Runner -File $file).ExitCode | Should -Be 1
    }
}
