#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/InteropEntry.ps1"
    $commandType = 'CacheKit.Commands.SetCacheKitItemCommand'
}

Describe 'Set-CacheKitItem -Interop' {
    BeforeEach {
        $table = @{}
        $life = @{}
        Register-TableBackend -Name InteropSet -Table $table -Life $life
        $session = New-CacheKitSession -Backend InteropSet -MasterKey $master
        $call = @{ Session = $session } + $user
    }

    AfterEach {
        $session.Dispose()
        Unregister-CacheKitBackend InteropSet
    }

    It 'Interop: stores one entry under the shared key and writes nothing' {
        Set-CacheKitItem @call 1 | Should -BeNullOrEmpty
        @($table.Keys) | Should -Be @($place)
    }

    It 'Interop: stores <Case> as <Hex>' -ForEach @(
        @{
            Case   = 'the published object'
            Sample = [pscustomobject] @{ name = 'alice'; age = 30 }
            Hex    = '82a36167651ea46e616d65a5616c696365'
        }
        @{ Case = 'null'; Sample = $null; Hex = 'c0' }
        @{ Case = 'an array'; Sample = @(1, 'two', 3.5, $null, $true); Hex = '9501a374776fcb400c000000000000c0c3' }
        @{ Case = 'an array of one'; Sample = @(, 1); Hex = '9101' }
        @{ Case = 'an empty array'; Sample = @(); Hex = '90' }
        @{ Case = 'a whole real'; Sample = 2.0; Hex = 'cb4000000000000000' }
        @{ Case = 'bytes'; Sample = [byte[]] (1, 2); Hex = 'c4020102' }
    ) {
        Set-CacheKitItem @call -Value $Sample
        Get-StoredHex | Should -BeExactly $Hex
    }

    It 'Pipeline: collects an interop value: <Case>' -ForEach @(
        @{ Case = 'nothing'; Rows = @(); Hex = 'c0' }
        @{ Case = 'one'; Rows = @('a'); Hex = 'a161' }
        @{ Case = 'several'; Rows = @('a', $null, 2); Hex = '93a161c002' }
    ) {
        $Rows | Set-CacheKitItem @call
        Get-StoredHex | Should -BeExactly $Hex
    }

    It 'Interop: replaces an entry' {
        Set-CacheKitItem @call 1
        Set-CacheKitItem @call 2
        Get-CacheKitItem @call | Should -Be 2
        $table.Count | Should -Be 1
    }

    It 'Ttl: passes the time to live of an interop item to the store' {
        Set-CacheKitItem @call 1 -Ttl '1h'
        $life[$place] | Should -Be ([timespan] '01:00:00')
        { Set-CacheKitItem @call 1 -Ttl 0 } | Should -Throw -ErrorId "TtlInvalid,$commandType"
    }

    It 'Interop: refuses <Case> and leaves the entry' -ForEach @(
        @{ Case = 'a decimal'; Make = { 1.5d }; Id = 'ValueTypeUnsupported' }
        @{ Case = 'a GUID'; Make = { [guid]::Empty }; Id = 'ValueTypeUnsupported' }
        @{ Case = 'a set'; Make = { , [System.Collections.Generic.HashSet[int]] (1, 2) }; Id = 'ValueTypeUnsupported' }
        @{ Case = 'a secret'; Make = { [securestring]::new() }; Id = 'ValueTypeUnsupported' }
        @{ Case = 'an object of .NET'; Make = { [uri] 'https://example.com' }; Id = 'ValueTypeUnsupported' }
        @{
            Case = '33 levels'
            Make = { $deep = 1; 1..33 | ForEach-Object { $deep = , $deep }; , $deep }
            Id   = 'ValueTooDeep'
        }
    ) {
        Set-CacheKitItem @call 'before'
        $problems = $null
        Set-CacheKitItem @call -Value (& $Make) -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -Be "$Id,$commandType"
        $problems[0].TargetObject | Should -Be 'get_user'
        Get-CacheKitItem @call | Should -Be 'before'
    }

    It 'WhatIf: stores no interop entry' {
        Set-CacheKitItem @call 1 -WhatIf
        $table.Count | Should -Be 0
    }

    It 'Interop: cannot be combined with <Case>' -ForEach @(
        @{ Case = '-Serializer'; Given = @{ Serializer = 'Json' } }
        @{ Case = '-Depth'; Given = @{ Depth = 3 } }
        @{ Case = '-NoCompression'; Given = @{ NoCompression = $true } }
        @{ Case = '-PassThru'; Given = @{ PassThru = $true } }
        @{ Case = '-Name'; Given = @{ Name = 'a' } }
    ) {
        { Set-CacheKitItem @call -Value 1 @Given } | Should -Throw -ErrorId "AmbiguousParameterSet,$commandType"
        $table.Count | Should -Be 0
    }

    It 'Interop: refuses <Case> before it stores anything' -ForEach @(
        @{ Case = 'another tenant'; Given = @{ Tenant = 'other' }; Id = 'InteropTenantConflict' }
        @{ Case = 'a reserved namespace'; Given = @{ Namespace = 'nsapi' }; Id = 'InteropNameInvalid' }
        @{ Case = 'an operation with two dots'; Given = @{ Interop = 'a..b' }; Id = 'InteropNameInvalid' }
        @{ Case = 'a null list'; Given = @{ ArgumentList = $null }; Id = 'InteropArgumentInvalid' }
        @{
            Case  = 'a list with a time of no zone'
            Given = @{ ArgumentList = [datetime] '2024-01-01' }
            Id    = 'InteropArgumentInvalid'
        }
    ) {
        foreach ($name in $Given.Keys) {
            $call[$name] = $Given[$name]
        }
        { Set-CacheKitItem @call 1 } | Should -Throw -ErrorId "$Id,$commandType"
        $table.Count | Should -Be 0
    }
}
