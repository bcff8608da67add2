#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/../common.ps1"
    Initialize-TestEnvironment

    # Runs a block twice under a key of its own; gives what the second call wrote, and asserts that it was a hit.
    function Get-CachedOutput {
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute(
            'PSReviewUnusedParameter', '', Justification = 'The cached block calls it.')]
        param([string] $Serializer, [scriptblock] $Block)

        [CacheKitTest.Counter]::Reset()
        $call = @{ Key = [guid]::NewGuid().ToString(); Serializer = $Serializer }
        $null = Invoke-SecureCached @call { [CacheKitTest.Counter]::Add(); & $Block }
        $output = @(Invoke-SecureCached @call { [CacheKitTest.Counter]::Add(); & $Block })
        [CacheKitTest.Counter]::Count | Should -Be 1
        , $output
    }

    function Get-Refusal {
        param([string] $Serializer, [scriptblock] $Block)

        $call = @{ Key = [guid]::NewGuid().ToString(); Serializer = $Serializer; ErrorAction = 'SilentlyContinue' }
        $null = Invoke-SecureCached @call $Block -ErrorVariable refusal
        $refusal[0]
    }
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Counts' {
    It 'Serializer: keeps the number of objects: <Name> in <Serializer>' -ForEach @(
        foreach ($serializer in 'PowerShell', 'MessagePack', 'Json') {
            @{ Serializer = $serializer; Name = 'nothing'; Count = 0; Block = {} }
            @{ Serializer = $serializer; Name = 'null'; Count = 1; Block = { $null } }
            @{ Serializer = $serializer; Name = 'one'; Count = 1; Block = { 'a' } }
            @{ Serializer = $serializer; Name = 'three'; Count = 3; Block = { 'a'; 'b'; 'c' } }
            @{ Serializer = $serializer; Name = 'an empty array'; Count = 1; Block = { , @() } }
        }
    ) {
        $output = Get-CachedOutput $Serializer $Block
        $output.Count | Should -Be $Count
    }
}

Describe 'MessagePack' {
    It 'Serializer: MessagePack returns objects with ordered properties' {
        $output = Get-CachedOutput MessagePack { [pscustomobject] @{ b = 1; a = 'x', $null; c = @{ d = 2.5 } } }
        $output[0].psobject.Properties.Name -join ',' | Should -Be 'b,a,c'
        $output[0].a.Count | Should -Be 2
        $output[0].c.d | Should -Be 2.5
        $output[0].c | Should -BeOfType [System.Management.Automation.PSCustomObject]
    }

    It 'Serializer: MessagePack returns times with their types' {
        $output = Get-CachedOutput MessagePack {
            [datetimeoffset] '2024-05-06T07:08:09.1234567+02:00'
            [dateonly] '2024-05-06'
        }
        $output[0] | Should -BeOfType [datetimeoffset]
        $output[0].ToString('o') | Should -Be '2024-05-06T07:08:09.1234567+02:00'
        $output[1] | Should -BeOfType [dateonly]
    }

    It 'Serializer: MessagePack refuses <Name> and gives the recommended action' -ForEach @(
        @{ Name = 'a decimal'; Block = { @{ a = 1.5d } }; Place = "[0]['a']" }
        @{ Name = 'a secret'; Block = { [securestring]::new() }; Place = '[0]' }
        @{
            Name  = 'a credential'
            Block = { [pscustomobject] @{ c = [pscredential]::new('u', [securestring]::new()) } }
            Place = '[0].c'
        }
        @{ Name = 'a key that is a number'; Block = { @{ 1 = 2 } }; Place = "[0]['1']" }
    ) {
        $refusal = Get-Refusal MessagePack $Block
        $refusal.FullyQualifiedErrorId | Should -BeLike 'ValueTypeUnsupported,*'
        $refusal.Exception.Message.Contains($Place) | Should -BeTrue
        $refusal.ErrorDetails.RecommendedAction | Should -BeLike '*-Serializer PowerShell*'
    }
}

Describe 'Json' {
    It 'Serializer: Json returns the objects of ConvertFrom-Json: <Name>' -ForEach @(
        @{ Name = 'numbers'; Block = { 1; 1.5; [bigint]::Pow(2, 70) } }
        @{
            Name  = 'text and times'
            Block = { 'a'; [datetime]::new(2024, 5, 6, 7, 8, 9, [DateTimeKind]::Utc); '2024-05-06T07:08:09' }
        }
        @{ Name = 'objects'; Block = { [pscustomobject] @{ b = 1; a = @{ c = $true } }; [ordered] @{ x = , 1 } } }
        @{ Name = 'enums and bytes'; Block = { [dayofweek]::Friday; , [byte[]] (1, 2); [guid]::Empty } }
    ) {
        $expected = ConvertFrom-Json (ConvertTo-Json @(& $Block) -Depth 9 -Compress) -NoEnumerate
        $output = Get-CachedOutput Json $Block
        $output.Count | Should -Be $expected.Count
        for ($i = 0; $i -lt $expected.Count; $i++) {
            $output[$i].GetType() | Should -Be $expected[$i].GetType()
        }

        ConvertTo-Json $output -Depth 9 -Compress | Should -Be (ConvertTo-Json $expected -Depth 9 -Compress)
    }

    It 'Serializer: Json refuses a secret' {
        (Get-Refusal Json { [securestring]::new() }).FullyQualifiedErrorId | Should -BeLike 'ValueTypeUnsupported,*'
    }
}

Describe 'Arrow' {
    It 'Serializer: Arrow returns rows with the types of their columns' {
        $output = Get-CachedOutput Arrow {
            [pscustomobject] @{ Name = 'a'; Size = 1; Price = 1.50d; Made = [datetime]::new(2024, 5, 6) }
            [pscustomobject] @{ Name = $null; Size = $null; Price = 2d; Made = [datetime]::MaxValue }
        }
        $output.Count | Should -Be 2
        $output[0].psobject.Properties.Name -join ',' | Should -Be 'Name,Size,Price,Made'
        $output[0].Size | Should -BeOfType [int]
        $output[0].Price.ToString([cultureinfo]::InvariantCulture) | Should -Be '1.50'
        $output[1].Name | Should -BeNullOrEmpty
        $output[1].Made | Should -Be ([datetime]::MaxValue)
    }

    It 'Serializer: Arrow returns one array as one object' {
        $output = Get-CachedOutput Arrow { , @([pscustomobject] @{ a = 1 }; [pscustomobject] @{ a = 2 }) }
        $output.Count | Should -Be 1
        $output[0].Count | Should -Be 2
        $output[0][1].a | Should -Be 2
    }

    It 'Serializer: Arrow returns a DataTable' {
        $output = Get-CachedOutput Arrow {
            $table = [System.Data.DataTable]::new('Users')
            $null = $table.Columns.Add('Id', [int])
            $null = $table.Columns.Add('At', [datetime])
            $null = $table.Rows.Add(1, [datetime]::new(2024, 5, 6))
            $null = $table.Rows.Add([System.DBNull]::Value, [System.DBNull]::Value)
            , $table
        }
        $output[0].GetType().FullName | Should -Be 'System.Data.DataTable'
        $output[0].TableName | Should -Be 'Users'
        $output[0].Columns['Id'].DataType | Should -Be ([int])
        $output[0].Rows[0]['At'] | Should -Be ([datetime]::new(2024, 5, 6))
        $output[0].Rows[1]['Id'].GetType().FullName | Should -Be 'System.DBNull'
    }

    It 'Serializer: Arrow returns the rows of a DataTable' {
        $output = Get-CachedOutput Arrow {
            $table = [System.Data.DataTable]::new('Users')
            $null = $table.Columns.Add('Id', [int])
            $null = $table.Rows.Add(1)
            $null = $table.Rows.Add(2)
            $table
        }
        $output.Count | Should -Be 2
        $output[1].GetType().FullName | Should -Be 'System.Data.DataRow'
        $output[1].Table.TableName | Should -Be 'Users'
    }

    It 'Serializer: Arrow names a column of mixed types' {
        $refusal = Get-Refusal Arrow { [pscustomobject] @{ Size = 1 }; [pscustomobject] @{ Size = 'big' } }
        $refusal.FullyQualifiedErrorId | Should -BeLike 'TableColumnMixed,*'
        $refusal.CategoryInfo.Category | Should -Be 'InvalidType'
        $refusal.Exception.Message | Should -BeLike "*'Size'*System.Int32*System.String*row 1*"
    }

    It 'Serializer: Arrow refuses what is no table: <Name>' -ForEach @(
        @{ Name = 'a number'; Block = { 5 }; Reason = '*row 0*System.Int32*' }
        @{ Name = 'null'; Block = { $null }; Reason = '*row 0 is null*' }
        @{
            Name   = 'other properties'
            Block  = { [pscustomobject] @{ a = 1 }; [pscustomobject] @{ b = 1 } }
            Reason = "*row 1*'b'*"
        }
        @{
            Name   = 'a missing property'
            Block  = { [pscustomobject] @{ a = 1; b = 2 }; [pscustomobject] @{ a = 1 } }
            Reason = "*row 1*'b'*"
        }
        @{ Name = 'a nested object'; Block = { [pscustomobject] @{ a = @{} } }; Reason = "*'a' of row 0*Hashtable*" }
        @{
            Name   = 'a secret in it'
            Block  = { [pscustomobject] @{ a = [securestring]::new() } }
            Reason = "*'a' of row 0*SecureString*"
        }
    ) {
        $refusal = Get-Refusal Arrow $Block
        $refusal.FullyQualifiedErrorId | Should -BeLike 'TableShapeUnsupported,*'
        $refusal.Exception.Message | Should -BeLike $Reason
        $refusal.ErrorDetails.RecommendedAction | Should -BeLike '*-Serializer PowerShell*'
    }
}
