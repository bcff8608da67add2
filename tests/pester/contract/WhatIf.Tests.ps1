#Requires -Version 7.4
# The cmdlets that change stored entries change nothing under -WhatIf.
Set-StrictMode -Version Latest

BeforeDiscovery {
    $rows = @(
        @{ Cmdlet = 'Clear-CacheKit'; Call = { Clear-CacheKit -Session $session -Namespace * -Force -WhatIf } }
        @{ Cmdlet = 'Remove-CacheKitItem'; Call = { Remove-CacheKitItem -Session $session one, 'o*' -WhatIf } }
        @{
            Cmdlet = 'Remove-CacheKitItem -Interop'
            Call   = { Remove-CacheKitItem -Session $session -Interop get -Namespace shared -WhatIf }
        }
        @{ Cmdlet = 'Set-CacheKitItem'; Call = { Set-CacheKitItem -Session $session one 2 -WhatIf } }
        @{
            Cmdlet = 'Set-CacheKitItem -Interop'
            Call   = { Set-CacheKitItem -Session $session -Interop get -Namespace shared 2 -WhatIf }
        }
    )
}

BeforeAll {
    . "$PSScriptRoot/../common.ps1"
}

Describe 'WhatIf' {
    BeforeEach {
        $table = @{}
        $changes = [System.Collections.Generic.List[string]]::new()
        Register-CacheKitBackend Table -Force -Get {
            param($Key)
            if ($table.ContainsKey($Key)) { , $table[$Key] }
        } -Set {
            param($Key, $Value, $Ttl)
            $changes.Add("set $Key for $Ttl")
            $table[$Key] = $Value
        } -Remove {
            param($Key)
            $changes.Add("remove $Key")
            $table.Remove($Key)
        } -List {
            param($Prefix)
            @($table.Keys) | Where-Object { $_.StartsWith($Prefix) }
        }
        $session = New-CacheKitSession -Backend Table -MasterKey ('ab' * 32)
        Set-CacheKitItem -Session $session one 1
        Set-CacheKitItem -Session $session -Interop get -Namespace shared 1
        $changes.Clear()
    }

    AfterEach {
        $session.Dispose()
        Unregister-CacheKitBackend Table
    }

    It 'WhatIf: <Cmdlet> changes nothing in the store' -ForEach $rows {
        . $Call
        $changes | Should -BeNullOrEmpty
        Get-CacheKitItem -Session $session one | Should -Be 1
        Get-CacheKitItem -Session $session -Interop get -Namespace shared | Should -Be 1
    }
}
