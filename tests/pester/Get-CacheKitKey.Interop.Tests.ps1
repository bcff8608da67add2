#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeDiscovery {
    # A value of the published vectors; what JSON does not have is tagged there.
    function ConvertFrom-Tagged {
        param($Value)

        if ($Value -is [System.Collections.IDictionary]) {
            switch ("$($Value.Keys)") {
                '$set' {
                    $set = [System.Collections.Generic.HashSet[object]]::new()
                    $Value['$set'].ForEach({ $null = $set.Add((ConvertFrom-Tagged $_)) })
                    return , $set
                }
                '$bytes' { return , [Convert]::FromHexString($Value['$bytes']) }
                # 7.4 has made a DateTime of text with an offset already.
                '$datetime' {
                    $time = $Value['$datetime']
                    return $time -is [datetime] ? $time : [datetimeoffset] $time
                }
                '$uuid' { return [guid] $Value['$uuid'] }
                '$float' { return [double]::Parse($Value['$float'], [cultureinfo]::InvariantCulture) }
                '$int' { return [bigint]::Parse($Value['$int'], [cultureinfo]::InvariantCulture) }
            }
            # Upper and lower case differ.
            $map = [System.Collections.Generic.Dictionary[string, object]]::new()
            foreach ($name in $Value.Keys) {
                $map[$name] = ConvertFrom-Tagged $Value[$name]
            }
            return $map
        }
        if ($Value -is [array]) {
            $items = [object[]]::new($Value.Count)
            for ($i = 0; $i -lt $items.Count; $i++) {
                $items[$i] = ConvertFrom-Tagged $Value[$i]
            }
            return , $items
        }
        $Value
    }

    $file = "$PSScriptRoot/../fixtures/vectors/interop-mode.json"
    $published = [System.IO.File]::ReadAllText($file) | ConvertFrom-Json -AsHashtable
    $rows = foreach ($vector in $published['key_vectors']) {
        @{
            Name      = $vector['name']
            Call      = @{
                Namespace    = $vector['namespace']
                Interop      = $vector['operation']
                ArgumentList = ConvertFrom-Tagged $vector['args']
            }
            Canonical = $vector['canonical_args_hex']
            Key       = $vector['expected_key']
        }
    }
    $refused = foreach ($vector in $published['error_vectors']) {
        $isName = $vector.ContainsKey('namespace')
        @{
            Name = $vector['name']
            Call = @{
                Namespace    = $isName ? $vector['namespace'] : 't'
                Interop      = $isName ? $vector['operation'] : 'op'
                ArgumentList = ConvertFrom-Tagged $vector['args']
            }
            Id   = $isName ? 'InteropNameInvalid' : 'InteropArgumentInvalid'
        }
    }
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.GetCacheKitKeyCommand'
    $users = @{ Interop = 'get_user'; Namespace = 'users' }
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Get-CacheKitKey -Interop' {
    BeforeEach {
        Initialize-TestEnvironment
    }

    It 'Interop: computes the published key: <Name>' -ForEach $rows {
        $report = Get-CacheKitKey @Call
        $report.CanonicalArguments | Should -BeExactly $Canonical
        $report.Key | Should -BeExactly $Key
        $report.Namespace | Should -BeExactly $Call['Namespace']
    }

    It 'Interop: refuses what the published vectors refuse: <Name>' -ForEach $refused {
        { Get-CacheKitKey @Call } | Should -Throw -ErrorId "$Id,$commandType"
    }

    It 'Interop: gives the file name that the file backends of other SDKs use' {
        # hashlib.blake2b(key, digest_size=16).hexdigest()
        (Get-CacheKitKey @users -ArgumentList 42).FileName | Should -BeExactly 'ad2578407547b22a537106fba8a0102b'
    }

    It 'Interop: gives no canonical arguments or file name without -Interop' {
        $report = Get-CacheKitKey -Key name
        $report.CanonicalArguments | Should -BeNullOrEmpty
        $report.FileName | Should -BeNullOrEmpty
    }

    It 'Interop: lists the parts of the key' {
        $block = { param([long] $Id, $All = $true) "$Id $All" }
        $components = (Get-CacheKitKey @users $block -ArgumentList '42').Components
        $components.Kind | Should -Be @('Operation', 'Argument', 'Argument')
        $components.Name | Should -Be @('-Interop', '$Id', '$All')
        $components.Value | Should -Be @('get_user', '42', 'True')
        (Get-CacheKitKey @users -ArgumentList 42, 'x').Components.Name |
            Should -Be @('-Interop', '-ArgumentList[0]', '-ArgumentList[1]')
    }

    It 'Interop: binds the parameters of a block without running it' {
        $report = Get-CacheKitKey @users { param([long] $Id) throw "run with $Id" } -ArgumentList '42'
        $report.CanonicalArguments | Should -Be '912a'
        { Get-CacheKitKey @users { param($Id) $Id } } | Should -Throw -ErrorId "InteropArgumentMissing,$commandType"
    }

    It 'Interop: takes -ArgumentList as it is when there is no block' {
        (Get-CacheKitKey @users).CanonicalArguments | Should -Be '90'
        (Get-CacheKitKey @users -ArgumentList @()).CanonicalArguments | Should -Be '90'
        (Get-CacheKitKey @users -ArgumentList @($null)).CanonicalArguments | Should -Be '91c0'
        (Get-CacheKitKey @users -ArgumentList '42').CanonicalArguments | Should -Be '91a23432'
        (Get-CacheKitKey @users -ArgumentList (, @(1, 2))).CanonicalArguments | Should -Be '91920102'
    }

    It 'Pipeline: makes each input object the only argument of an interop key' {
        $reports = 42, $null, 'x' | Get-CacheKitKey @users
        $reports.CanonicalArguments | Should -Be @('912a', '91c0', '91a178')
        $reports[0].Key | Should -Be (Get-CacheKitKey @users -ArgumentList 42).Key
        (42 | Get-CacheKitKey @users { "user $_" }).Key | Should -Be $reports[0].Key
        { 42 | Get-CacheKitKey @users -ArgumentList 1 } | Should -Throw -ErrorId "ParameterConflict,$commandType"
    }

    It 'Interop: gives the key that Invoke-SecureCached and Invoke-Cached use' {
        $key = (Get-CacheKitKey @users -ArgumentList 42).Key
        foreach ($name in 'Invoke-SecureCached', 'Invoke-Cached') {
            $lines = & $name @users -ArgumentList 42 { 1 } -Refresh -Verbose 4>&1 | ForEach-Object { "$_" }
            $lines | Where-Object { $_ -like 'Refresh: *' } | Should -Be "Refresh: $key."
        }
    }

    It 'MasterKey: gives the same interop key with any master key, and with -Plain without one' {
        $key = (Get-CacheKitKey @users -ArgumentList 42).Key
        $other = New-CacheKitSession -Path "$TestDrive/other.db" -MasterKey ('cd' * 32) -Tenant acme -Namespace users
        (Get-CacheKitKey -Session $other -Interop get_user -ArgumentList 42).Key | Should -Be $key
        $other.Dispose()
        $env:CACHEKIT_MASTER_KEY = $null
        (Get-CacheKitKey @users -ArgumentList 42 -Plain).Key | Should -Be $key
        $problem = { Get-CacheKitKey @users -ArgumentList 42 } |
            Should -Throw -ErrorId "MasterKeyMissing,$commandType" -PassThru
        $problem.ErrorDetails.RecommendedAction | Should -Match '-Plain'
    }

    It 'Interop: refuses parameters that cannot be shared: <Case>' -ForEach @(
        @{ Case = '-Name'; Call = @{ Key = 'name' }; Id = 'ParameterConflict' }
        @{ Case = '-VaryBy'; Call = @{ VaryBy = 1 }; Id = 'ParameterConflict' }
        @{ Case = 'another tenant'; Call = @{ Tenant = 'other' }; Id = 'InteropTenantConflict' }
        @{ Case = 'a null list'; Call = @{ ArgumentList = $null }; Id = 'InteropArgumentInvalid' }
    ) {
        { Get-CacheKitKey @users @Call } | Should -Throw -ErrorId "$Id,$commandType"
    }
}
