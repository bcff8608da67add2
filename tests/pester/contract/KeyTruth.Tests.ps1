#Requires -Version 7.4
Set-StrictMode -Version Latest

# Never a wrong value: after what a block reads has changed, a call gives what the block gives then, or is refused. Each
# row of the table was tried against the module with the aim of an old value; First makes the state of the first call,
# Then that of the second. Call is how the block is called, where that is not by itself.

BeforeDiscovery {
    $rows = foreach ($row in Import-Csv "$PSScriptRoot/KeyTruth.csv") {
        @{ Verdict = $row.Verdict; First = $row.First; Then = $row.Then; Block = $row.Block; Call = $row.Call }
    }
}

BeforeAll {
    . "$PSScriptRoot/../common.ps1"
    Initialize-TestEnvironment

    # A command that returns what it is given.
    function Get-X {
        param($N)

        "$N"
    }
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Key truth' {
    It 'Key: <Verdict>: { <Block> } <Call>' -ForEach $rows {
        Set-StrictMode -Off
        $ErrorActionPreference = 'Continue'
        $PSDefaultParameterValues = [System.Management.Automation.DefaultParameterDictionary]::new()
        $script = [scriptblock]::Create($Block)
        $call = if ($Call) { [scriptblock]::Create($Call) } else { { Invoke-SecureCached $script } }
        $room = [guid]::NewGuid().ToString('n')
        $PSDefaultParameterValues['Invoke-SecureCached:Namespace'] = $room
        $failures = [System.Collections.Generic.List[string]]::new()
        $results = foreach ($state in $First, $Then) {
            . ([scriptblock]::Create($state)) *>$null
            $PSDefaultParameterValues['Invoke-SecureCached:Namespace'] = $room
            try {
                "$(. $call 2>$null)"
            }
            catch {
                $failures.Add($_.FullyQualifiedErrorId)
            }
        }

        if ($Verdict -eq 'refused') {
            "$failures" | Should -Match '^KeyNotDerivable,'
        }
        else {
            "$failures" | Should -BeNullOrEmpty
            $results[1] | Should -BeExactly "$(& $script 2>$null)"
            $results[1] | Should -Not -BeExactly $results[0]
        }
    }
}
