#Requires -Version 7.4
Set-StrictMode -Version Latest

# docs/cache-keys.md says of each construct whether the key covers it. Every row is run here.

BeforeDiscovery {
    $page = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../../docs/cache-keys.md")
    $rows = foreach ($line in [System.IO.File]::ReadAllLines($page)) {
        $cells = @([regex]::Split($line, '(?<!\\)\|') | ForEach-Object { $_.Trim().Replace('\|', '|') })
        if ($cells.Count -eq 7 -and $cells[2] -in 'covered', 'refused', 'the world', 'no part') {
            @{
                Construct = $cells[1]
                Verdict = $cells[2]
                Example = $cells[3].Trim('`')
                First = $cells[4].Trim('`')
                Then = $cells[5].Trim('`')
            }
        }
    }

    # A line with five cells that is no row would be a claim that nobody tests.
    $claims = @([System.IO.File]::ReadAllLines($page) -match '^\| (?!Construct)')
    $counts = @{ Counted = @($rows).Count; Claims = $claims.Count }
}

BeforeAll {
    . "$PSScriptRoot/../common.ps1"
    Initialize-TestEnvironment

    # Runs in the scope of its caller, as a script would.
    function Get-Call {
        param([string] $Example, [string] $Command)

        $call = if ($Example -match 'Invoke-SecureCached') { $Example } else { "Invoke-SecureCached { $Example }" }
        [scriptblock]::Create($call.Replace('Invoke-SecureCached', $Command))
    }
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'docs/cache-keys.md' {
    It 'Key: every line of a table is a row that is tested' -ForEach $counts {
        $Counted | Should -BeGreaterThan 50
        $Counted | Should -Be $Claims
    }

    It 'Key: <Verdict>: <Construct>' -ForEach $rows {
        Set-StrictMode -Off
        $PSDefaultParameterValues = [System.Management.Automation.DefaultParameterDictionary]::new()
        $folder = (New-Item -ItemType Directory -Path (Get-TestPath)).FullName
        $call = Get-Call $Example "Invoke-SecureCached -Namespace $([guid]::NewGuid().ToString('n'))"
        $keyOf = Get-Call $Example 'Get-CacheKitKey'
        $truthOf = Get-Call $Example 'Invoke-SecureCached -Bypass'
        . ([scriptblock]::Create($First))
        if ($Verdict -eq 'refused') {
            { . $call } | Should -Throw -ErrorId 'KeyNotDerivable,*'
            return
        }

        $before = . $call
        $keyBefore = . $keyOf
        . ([scriptblock]::Create($Then))
        $after = . $call
        $keyAfter = . $keyOf
        $truth = . $truthOf
        if ($Verdict -eq 'covered') {
            "$after" | Should -BeExactly "$truth"
            "$after" | Should -Not -BeExactly "$before"
        }
        else {
            "$keyAfter" | Should -BeExactly "$keyBefore"
            "$after" | Should -BeExactly "$before"
        }

        if ($Verdict -eq 'the world') {
            "$truth" | Should -Not -BeExactly "$before"
        }
    }
}
