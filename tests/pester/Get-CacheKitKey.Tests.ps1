#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    Initialize-TestEnvironment
    $commandType = 'CacheKit.Commands.GetCacheKitKeyCommand'

    # The key that Invoke-SecureCached says it uses.
    function Get-UsedKey {
        param([hashtable] $Call)

        $lines = Invoke-SecureCached @Call -Bypass:$false -Refresh -Verbose 4>&1 | ForEach-Object { "$_" }
        $line = $lines | Where-Object { $_ -like 'Refresh: *' }
        $line.Substring(9).TrimEnd('.')
    }
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Get-CacheKitKey' {
    It 'Key: gives the key that Invoke-SecureCached uses: <Name>' -ForEach @(
        @{ Name = 'block'; Call = @{ ScriptBlock = { 1 } } }
        @{ Name = 'name'; Call = @{ ScriptBlock = { 1 }; Key = 'a name' } }
        @{ Name = 'arguments'; Call = @{ ScriptBlock = { 1 }; ArgumentList = 1, 'b', $null } }
        @{ Name = 'vary'; Call = @{ ScriptBlock = { 1 }; VaryBy = 'x', 2 } }
        @{ Name = 'input'; Call = @{ ScriptBlock = { $_ }; InputObject = 'item' } }
        @{ Name = 'namespace'; Call = @{ ScriptBlock = { 1 }; Namespace = 'other' } }
    ) {
        $report = Get-CacheKitKey @Call
        $report.Key | Should -BeExactly (Get-UsedKey $Call)
        $report.Key | Should -MatchExactly '\Ack:[0-9a-f]{16}:[a-z]+:[0-9a-f]{40}\z'
        "$report" | Should -BeExactly $report.Key
    }

    It 'Key: does not run the block' {
        $null = Get-CacheKitKey { [CacheKitTest.Counter]::Add() }
        [CacheKitTest.Counter]::Count | Should -Be 0
    }

    It 'Key: lists the parts of the key' {
        $server = 'db1'
        $report = Get-CacheKitKey { param($A, $B) "$server $A $B" } -ArgumentList 1, 'two' -VaryBy $true
        $report.Components.Kind -join ',' | Should -Be 'Block,Variable,Argument,Argument,VaryBy'
        $report.Components[1].Name | Should -Be '$server'
        $report.Components[1].Type | Should -Be 'System.String'
        $report.Components[1].Value | Should -Be 'db1'
        $report.Components[2].Value | Should -Be '1'
        $report.Namespace | Should -Be 'main'
    }

    It 'Key: lists the script files that the block runs' {
        $library = Get-TestPath -Extension .ps1
        Set-Content $library '$server'
        $server = 'db1'
        $report = Get-CacheKitKey { . $library }
        $report.Components.Kind -join ',' | Should -Be 'Block,Variable,Script,Variable'
        $report.Components[2].Name | Should -Be '$library'
        $report.Components[2].Value | Should -BeLike "$($library.Substring(0, 20))*"
        $report.Components[3].Value | Should -Be 'db1'
        $before = $report.Key
        Set-Content $library '$server + 1'
        (Get-CacheKitKey { . $library }).Key | Should -Not -Be $before
    }

    It 'Key: has one part with -Key' {
        $server = 'db1'
        $report = Get-CacheKitKey { $server } -Key 'name'
        $report.Components.Count | Should -Be 1
        $report.Components[0].Kind | Should -Be 'Name'
        (Get-CacheKitKey -Key 'name').Key | Should -Be $report.Key
    }

    It 'Key: shows only the type of a secret: <Name>' -ForEach @(
        @{ Name = 'text'; Value = { ConvertTo-Secret 'hidden-text' } }
        @{ Name = 'credential'; Value = { [pscredential]::new('user', (ConvertTo-Secret 'hidden-text')) } }
        @{ Name = 'table'; Value = { @{ a = @(1, (ConvertTo-Secret 'hidden-text')) } } }
    ) {
        $secret = & $Value
        $report = Get-CacheKitKey { $secret }
        $component = $report.Components[1]
        $component.Value | Should -BeNullOrEmpty
        $component.Type | Should -Not -BeNullOrEmpty
        ($report | Format-List | Out-String) + ($report.Components | Format-Table | Out-String) |
            Should -Not -BeLike '*hidden-text*'
    }

    It 'Key: shortens long values to one line' {
        $long = "first`nsecond " + ('x' * 200)
        $component = (Get-CacheKitKey { $long }).Components[1]
        $component.Value.Length | Should -Be 64
        $component.Value | Should -BeLike 'first second*...'
    }

    It 'Pipeline: gives a key for each input object' {
        $keys = 'a', 'b', 'a' | Get-CacheKitKey { $_ }
        $keys.Count | Should -Be 3
        $keys[0].Key | Should -Be $keys[2].Key
        $keys[0].Key | Should -Not -Be $keys[1].Key
        $keys[0].Components[-1].Value | Should -Be 'a'
    }

    It 'Key: needs a block or a name' {
        { Get-CacheKitKey } | Should -Throw -ErrorId "KeyInvalid,$commandType"
    }

    It 'Key: names a variable whose value has no identity' {
        $thread = [Threading.Thread]::CurrentThread
        { Get-CacheKitKey { $thread } } | Should -Throw -ErrorId "KeyNotDerivable,$commandType"
    }

    It 'Key: refuses an invalid namespace and an invalid name' {
        { Get-CacheKitKey { 1 } -Namespace 'a b' } | Should -Throw -ErrorId "NamespaceInvalid,$commandType"
        { Get-CacheKitKey -Key ' ' } | Should -Throw -ErrorId "KeyInvalid,$commandType"
    }
}

Describe 'Key identity' {
    It 'Key: ignores layout and comments: <Name>' -ForEach @(
        @{ Name = 'comment'; Other = "Get-Item 'x' # a comment" }
        @{ Name = 'block comment'; Other = "Get-Item <# why #> 'x'" }
        @{ Name = 'spaces'; Other = "  Get-Item    'x'  " }
        @{ Name = 'lines'; Other = "`n`nGet-Item ```n  'x'`n" }
    ) {
        $one = [scriptblock]::Create("Get-Item 'x'")
        (Get-CacheKitKey ([scriptblock]::Create($Other))).Key | Should -Be (Get-CacheKitKey $one).Key
    }

    It 'Key: differs for every other token: <Name>' -ForEach @(
        @{ Name = 'name'; Other = "Get-Items 'x'" }
        @{ Name = 'text'; Other = "Get-Item 'y'" }
        @{ Name = 'quotes'; Other = 'Get-Item "x"' }
        @{ Name = 'bare word'; Other = 'Get-Item x' }
        @{ Name = 'parameter'; Other = "Get-Item -Path 'x'" }
        @{ Name = 'pipe'; Other = "Get-Item 'x' | Out-Null" }
        @{ Name = 'assignment'; Other = "`$a = Get-Item 'x'" }
        @{ Name = 'redirection'; Other = "Get-Item 'x' 2>`$null" }
        @{ Name = 'operator'; Other = "& Get-Item 'x'" }
        @{ Name = 'array'; Other = "Get-Item 'x', 'x'" }
    ) {
        $one = [scriptblock]::Create("Get-Item 'x'")
        (Get-CacheKitKey ([scriptblock]::Create($Other))).Key | Should -Not -Be (Get-CacheKitKey $one).Key
    }

    It 'Key: covers value and type: <Name>' -ForEach @(
        @{ Name = 'order of a hashtable'; One = { @{ a = 1; b = 2 } }; Other = { @{ b = 2; a = 1 } }; Same = $true }
        @{ Name = 'order of an array'; One = { 1, 2 }; Other = { 2, 1 }; Same = $false }
        @{ Name = 'number and text'; One = { 1 }; Other = { '1' }; Same = $false }
        @{ Name = 'int and long'; One = { 1 }; Other = { [long]1 }; Same = $false }
        @{ Name = 'one and an array of one'; One = { 'a' }; Other = { , @('a') }; Same = $false }
        @{ Name = 'null and empty'; One = { $null }; Other = { '' }; Same = $false }
        @{ Name = 'case of text'; One = { 'a' }; Other = { 'A' }; Same = $false }
        @{
            Name  = 'kind of a time'
            One   = { [datetime]::new(2024, 1, 1, 0, 0, 0, [DateTimeKind]::Utc) }
            Other = { [datetime]::new(2024, 1, 1, 0, 0, 0, [DateTimeKind]::Local) }
            Same  = $false
        }
        @{ Name = 'scale of a decimal'; One = { 1.0d }; Other = { 1.00d }; Same = $false }
        @{ Name = 'nested arrays'; One = { , (1, (2, 3)) }; Other = { , ((1, 2), 3) }; Same = $false }
        @{
            Name  = 'properties'
            One   = { [pscustomobject]@{ a = 1 } }
            Other = { [pscustomobject]@{ a = 2 } }
            Same  = $false
        }
        @{
            Name  = 'equal objects'
            One   = { [pscustomobject]@{ a = 1 } }
            Other = { [pscustomobject]@{ a = 1 } }
            Same  = $true
        }
        @{ Name = 'equal enums'; One = { [DayOfWeek]::Monday }; Other = { [DayOfWeek]'Monday' }; Same = $true }
        @{ Name = 'enum and number'; One = { [DayOfWeek]::Monday }; Other = { 1 }; Same = $false }
    ) {
        $first = & $One
        $second = & $Other
        $keys = foreach ($value in $first, $second) { (Get-CacheKitKey -Key 'k' -VaryBy (, $value)).Key }
        $keys[0] -eq $keys[1] | Should -Be $Same
    }
}
