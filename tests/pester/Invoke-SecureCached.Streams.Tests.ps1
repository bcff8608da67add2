#Requires -Version 7.4
# What a block writes to the streams of PowerShell, and how it fails.
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.InvokeSecureCachedCommand'

    # A native command that everybody has: writes to both streams and ends with a code.
    function Invoke-Native {
        param([int] $Code)
        if ($IsWindows) {
            cmd /c "echo out& echo err 1>&2& exit $Code"
        }
        else {
            sh -c "echo out; echo err >&2; exit $Code"
        }
    }
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Streams' {
    BeforeEach {
        Initialize-TestEnvironment
    }

    It 'Streams: passes warnings to -WarningVariable, and only when the block runs' {
        $block = { Write-Warning 'first'; 'value'; Write-Warning 'second' }
        Invoke-SecureCached -Key k $block -WarningVariable miss -WarningAction SilentlyContinue | Should -Be 'value'
        Invoke-SecureCached -Key k $block -WarningVariable hit -WarningAction SilentlyContinue | Should -Be 'value'
        $miss.Message | Should -Be @('first', 'second')
        $hit.Count | Should -Be 0
    }

    It 'Streams: passes information and Write-Host to -InformationVariable' {
        $block = { Write-Information 'note'; Write-Host 'shown'; 1 }
        $value = Invoke-SecureCached -Key k $block -InformationVariable notes 6> $null
        $value | Should -Be 1
        $notes.Count | Should -Be 2
        "$($notes[0])" | Should -Be 'note'
    }

    It 'Streams: passes verbose and debug lines on as they are written' {
        $lines = Invoke-SecureCached -Key k {
            Write-Verbose 'v' -Verbose
            $DebugPreference = 'Continue'
            Write-Debug 'd'
            1
        } 4>&1 5>&1
        @($lines).Count | Should -Be 3
        "$($lines[0])" | Should -Be 'v'
        "$($lines[1])" | Should -Be 'd'
    }

    It 'Streams: does not cache warnings as values' {
        $null = Invoke-SecureCached -Key k { Write-Warning 'w'; 1 } 3> $null
        @(Invoke-SecureCached -Key k { 2 }).Count | Should -Be 1
    }

    It 'Streams: adds each error to $Error once, with its origin' {
        $Error.Clear()
        Invoke-SecureCached -Key k { Write-Error 'one'; Write-Error 'two' } 2> $null
        $Error.Count | Should -Be 2
        "$($Error[1])" | Should -Be 'one'
        $Error[0].FullyQualifiedErrorId | Should -Be 'Microsoft.PowerShell.Commands.WriteErrorException'
    }

    It 'Streams: keeps the error of the command that failed' {
        $failure = $null
        $block = { Get-Item -LiteralPath 'no-such-file-here' }
        Invoke-SecureCached -Key k $block -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*GetItemCommand'
        $failure[0].InvocationInfo.MyCommand.Name | Should -Be 'Get-Item'
    }

    It 'Streams: adds nothing to $Error under -ErrorAction Ignore' {
        $Error.Clear()
        Invoke-SecureCached -Key k { Write-Error 'one'; 'value' } -ErrorAction Ignore | Should -Be 'value'
        $Error.Count | Should -Be 0
    }

    It 'Streams: stops at the first error under -ErrorAction Stop' {
        { Invoke-SecureCached -Key k { Write-Error 'one' -ErrorAction Continue; 'value' } -ErrorAction Stop } |
            Should -Throw 'one'
    }

    It 'Streams: writes the output before a throw and then throws' {
        $before = @()
        $caught = $null
        try {
            Invoke-SecureCached -Key k { 'before'; throw 'boom' } | ForEach-Object { $before += $_ }
        }
        catch {
            $caught = $_
        }

        $before | Should -Be @('before')
        "$caught" | Should -Be 'boom'
        Invoke-SecureCached -Key k { 'again' } | Should -Be 'again'
    }

    It 'Streams: lets break leave the loop around the call and caches nothing' {
        $after = foreach ($i in 1..3) {
            Invoke-SecureCached -Key k { "part $i"; break }
            'not reached'
        }

        $after | Should -Be 'part 1'
        Invoke-SecureCached -Key k { 'whole' } | Should -Be 'whole'
    }

    It 'Streams: sets $? to false when the block writes an error' {
        Invoke-SecureCached -Key k { Write-Error 'one' } 2> $null
        $? | Should -BeFalse
        Invoke-SecureCached -Key other { 1 } | Out-Null
        $? | Should -BeTrue
    }
}

Describe 'Native commands' {
    BeforeEach {
        Initialize-TestEnvironment
    }

    It 'Streams: caches native output in spite of exit code and standard error' {
        $block = { [CacheKitTest.Counter]::Add(); Invoke-Native 3; $LASTEXITCODE }
        $miss = Invoke-SecureCached -Key k $block 2> $null
        $LASTEXITCODE | Should -Be 3
        $hit = Invoke-SecureCached -Key k $block
        ($miss | ForEach-Object { "$_".Trim() }) -join ',' | Should -Be 'out,3'
        ($hit | ForEach-Object { "$_".Trim() }) -join ',' | Should -Be 'out,3'
        [CacheKitTest.Counter]::Count | Should -Be 1
    }

    It 'Streams: is not stopped by native standard error under -ErrorAction Stop' {
        $value = Invoke-SecureCached -Key k { Invoke-Native 0 } -ErrorAction Stop 2> $null
        "$value".Trim() | Should -Be 'out'
    }

    It 'Streams: makes an exit code an error with -NonZeroExitIsError' {
        $failure = $null
        $call = @{ Key = 'k'; NonZeroExitIsError = $true; ErrorAction = 'SilentlyContinue' }
        $block = { [CacheKitTest.Counter]::Add(); Invoke-Native 4 }
        $value = Invoke-SecureCached @call $block -ErrorVariable failure 2> $null
        "$value".Trim() | Should -Be 'out'
        "$failure" | Should -BeLike '*4*'
        $null = Invoke-SecureCached -Key k { [CacheKitTest.Counter]::Add(); 'again' }
        [CacheKitTest.Counter]::Count | Should -Be 2
    }

    It 'Streams: does not change the preference of the caller with -NonZeroExitIsError' {
        $before = Get-Variable PSNativeCommandUseErrorActionPreference -ValueOnly -ErrorAction Ignore
        $null = Invoke-SecureCached -Key k -NonZeroExitIsError { 1 }
        Get-Variable PSNativeCommandUseErrorActionPreference -ValueOnly -ErrorAction Ignore | Should -Be $before
    }
}

Describe 'StaleIfError' {
    BeforeEach {
        Initialize-TestEnvironment
        $null = Invoke-SecureCached -Key k -Ttl 1ms -StaleIfError '1h' { 'good' }
        Wait-Until { -not (Test-CacheKitItem k) }
    }

    It 'StaleIfError: returns the older result with a warning when the block <Name>' -ForEach @(
        @{ Name = 'throws'; Block = { throw 'down' } }
        @{ Name = 'writes an error'; Block = { 'part'; Write-Error 'down' } }
        @{ Name = 'meets an error of .NET'; Block = { [int]::Parse('down') } }
    ) {
        $value = Invoke-SecureCached -Key k -StaleIfError '1h' $Block -WarningVariable said 3> $null
        $value | Should -Be 'good'
        "$said" | Should -BeLike '*down*'
    }

    It 'StaleIfError: throws when the grace period is over' {
        $block = { Invoke-SecureCached -Key k -StaleIfError 1ms { throw 'down' } -WarningAction SilentlyContinue }
        # The older result until the grace is over.
        Wait-Until { try { (& $block) -ne 'good' } catch { $true } }
        $block | Should -Throw 'down'
    }

    It 'StaleIfError: throws when the parameter is missing' {
        { Invoke-SecureCached -Key k { throw 'down' } } | Should -Throw 'down'
    }

    It 'StaleIfError: returns the new result when the block succeeds' {
        Invoke-SecureCached -Key k -StaleIfError '1h' { 'new' } | Should -Be 'new'
    }

    It 'StaleIfError: finds the older result in the store' {
        # A new session, whose memory is empty.
        $env:CACHEKIT_MASTER_KEY_FILE = 'changed'
        Invoke-SecureCached -Key k -StaleIfError '1h' { throw 'down' } 3> $null | Should -Be 'good'
    }

    It 'StaleIfError: keeps no older result that was stored without a grace period' {
        $null = Invoke-SecureCached -Key other -Ttl 1ms { 'good' }
        Wait-Until { -not (Test-CacheKitItem other) }
        { Invoke-SecureCached -Key other -StaleIfError '1h' { throw 'down' } } | Should -Throw 'down'
    }

    It 'Ttl: refuses the <Name> <Value>' -ForEach @(
        @{ Name = 'StaleIfError'; Value = 'abc' }
        @{ Name = 'StaleIfError'; Value = 0 }
        @{ Name = 'StaleIfError'; Value = { 1 } }
        @{ Name = 'LockTimeout'; Value = -1 }
        @{ Name = 'LockTimeout'; Value = '4000d' }
    ) {
        $given = @{ $Name = $Value }
        { Invoke-SecureCached @given { 1 } } | Should -Throw -ErrorId "TtlInvalid,$commandType"
    }
}

Describe 'Jitter' {
    BeforeEach {
        Initialize-TestEnvironment
    }

    It 'Jitter: refuses <_>' -ForEach @(-0.1, 1.5) {
        $jitter = $_
        { Invoke-SecureCached -Jitter $jitter { 1 } } |
            Should -Throw -ErrorId "ParameterArgumentValidationError,$commandType"
    }

    It 'Jitter: accepts <_>' -ForEach @(0, 0.5, 1) {
        $jitter = $_
        Invoke-SecureCached -Jitter $jitter { 'value' } | Should -Be 'value'
    }
}
