#Requires -Version 7.4
# What arguments of -Interop become: each type; and what is refused, with the way out.
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/../common.ps1"
    $commandType = 'CacheKit.Commands.GetCacheKitKeyCommand'
    $call = @{ Interop = 'op'; Namespace = 'interop-arguments'; Plain = $true }

    # The arguments as they go into the key.
    function Get-CanonicalHex {
        param($Value)

        (Get-CacheKitKey @call -ArgumentList (, $Value)).CanonicalArguments
    }

    # The error of a call.
    function Get-Problem {
        param([hashtable] $Given)

        try {
            $null = Get-CacheKitKey @call @Given
        }
        catch {
            $_
        }
    }
}

Describe 'Interop arguments' {
    It 'Interop: encodes the argument <Case> as <Hex>' -ForEach @(
        @{ Case = 'null'; Make = { $null }; Hex = 'c0' }
        @{ Case = 'true'; Make = { $true }; Hex = 'c3' }
        @{ Case = 'a switch'; Make = { [switch] $true }; Hex = 'c3' }
        @{ Case = 'a byte'; Make = { [byte] 200 }; Hex = 'ccc8' }
        @{ Case = 'a short'; Make = { [int16] -129 }; Hex = 'd1ff7f' }
        @{ Case = 'the largest integer'; Make = { [uint64]::MaxValue }; Hex = 'cfffffffffffffffff' }
        @{ Case = 'a big integer'; Make = { [bigint]::Pow(2, 63) }; Hex = 'cf8000000000000000' }
        @{ Case = 'a whole real'; Make = { 2.0 }; Hex = '02' }
        @{ Case = 'a whole float'; Make = { [float] -3 }; Hex = 'fd' }
        @{ Case = 'negative zero'; Make = { -0.0 }; Hex = '00' }
        @{ Case = 'a real'; Make = { 3.14 }; Hex = 'cb40091eb851eb851f' }
        @{ Case = 'a real beyond integers'; Make = { [Math]::Pow(2, 64) }; Hex = 'cb43f0000000000000' }
        @{ Case = 'text'; Make = { 'a' }; Hex = 'a161' }
        @{ Case = 'text in one form'; Make = { [string] [char] 0xE9 }; Hex = 'a2c3a9' }
        @{ Case = 'text in another form'; Make = { "e$([char] 0x301)" }; Hex = 'a365cc81' }
        @{ Case = 'bytes'; Make = { , [byte[]] (0xDE, 0xAD) }; Hex = 'c402dead' }
        @{ Case = 'an array'; Make = { , @(1, 'a') }; Hex = '9201a161' }
        @{ Case = 'a list'; Make = { , [System.Collections.Generic.List[int]] (1, 2) }; Hex = '920102' }
        @{ Case = 'an ArrayList'; Make = { , [System.Collections.ArrayList] (1, 2) }; Hex = '920102' }
        @{
            Case = 'a set'
            Make = { , [System.Collections.Generic.HashSet[object]] ('b', 10, 'a') }
            Hex  = '930aa161a162'
        }
        @{ Case = 'a hashtable'; Make = { @{ b = 2; a = 1 } }; Hex = '82a16101a16202' }
        @{ Case = 'an ordered one'; Make = { [ordered] @{ b = 2; a = 1 } }; Hex = '82a16101a16202' }
        @{ Case = 'an object'; Make = { [pscustomobject] @{ b = 2; a = 1 } }; Hex = '82a16101a16202' }
        @{
            Case = 'a time in UTC'
            Hex  = 'cb41d964ac1d47e6b4'
            Make = { [datetime]::new(2024, 1, 1, 12, 30, 45, [DateTimeKind]::Utc).AddTicks(1234569) }
        }
        @{
            Case = 'the same time elsewhere'
            Hex  = 'cb41d964ac1d47e6b4'
            Make = { [datetimeoffset] '2024-01-01T18:00:45.123456+05:30' }
        }
        @{
            Case = 'the same time here'
            Hex  = 'cb41d964ac1d47e6b4'
            Make = { ([datetimeoffset] '2024-01-01T18:00:45.123456+05:30').LocalDateTime }
        }
        @{ Case = 'a whole second'; Make = { [datetimeoffset] '2024-01-01T00:00Z' }; Hex = 'ce65920080' }
        @{ Case = 'an enum value'; Make = { [DayOfWeek]::Friday }; Hex = '05' }
        @{ Case = 'a wrapped number'; Make = { [psobject]::AsPSObject(42) }; Hex = '2a' }
    ) {
        Get-CanonicalHex (& $Make) | Should -BeExactly "91$Hex"
    }

    It 'Interop: encodes a GUID as its text in lower case' {
        Get-CanonicalHex ([guid] '550E8400-E29B-41D4-A716-446655440000') |
            Should -BeExactly (Get-CanonicalHex '550e8400-e29b-41d4-a716-446655440000')
    }

    It 'Interop: encodes text with added properties as text' {
        $line = [psobject]::AsPSObject('a')
        $line.PSObject.Properties.Add([psnoteproperty]::new('Number', 1))
        Get-CanonicalHex $line | Should -BeExactly '91a161'
    }

    It 'Interop: refuses the argument <Case> and recommends another one' -ForEach @(
        @{ Case = 'a decimal'; Make = { 1.0d }; Says = 'System\.Decimal'; Out = '\[double\]' }
        @{ Case = 'a character'; Make = { 'a'[0] }; Says = 'System\.Char'; Out = '"\$value"' }
        @{ Case = 'a time span'; Make = { [timespan]::FromSeconds(1) }; Says = 'System\.TimeSpan'; Out = '"\$value"' }
        @{ Case = 'a time of no zone'; Make = { [datetime] '2024-01-01' }; Says = 'Unspecified'; Out = 'SpecifyKind' }
        @{ Case = 'a date'; Make = { [DateOnly]::new(2024, 1, 1) }; Says = 'System\.DateOnly'; Out = "ToString\('o'\)" }
        @{ Case = 'no number'; Make = { [double]::NaN }; Says = 'not a number'; Out = '\$null' }
        @{ Case = 'infinity'; Make = { [float]::NegativeInfinity }; Says = 'infinite'; Out = '\$null' }
        @{ Case = 'too large'; Make = { [bigint]::Pow(2, 64) }; Says = '2\^64-1'; Out = '"\$value"' }
        @{
            Case = 'too small'
            Make = { [bigint]::Negate([bigint]::Pow(2, 63)) - 1 }
            Says = '-2\^63'
            Out  = '"\$value"'
        }
        @{ Case = 'half a character'; Make = { [string] [char] 0xD83D }; Says = 'surrogate'; Out = '.' }
        @{ Case = 'a secret'; Make = { [securestring]::new() }; Says = 'SecureString'; Out = 'no place for a secret' }
        @{ Case = 'an address'; Make = { [uri] 'https://example.com' }; Says = 'System\.Uri'; Out = '"\$value"' }
        @{ Case = 'a block'; Make = { { 1 } }; Says = 'ScriptBlock'; Out = '"\$value"' }
        @{
            Case = 'an object of .NET'
            Make = { [Threading.Thread]::CurrentThread }
            Says = 'Thread'
            Out  = 'Select-Object'
        }
        @{ Case = 'a number as a name'; Make = { @{ 1 = 2 } }; Says = 'not text'; Out = '.' }
        @{
            Case = '33 levels'
            Make = { $deep = 1; 1..33 | ForEach-Object { $deep = , $deep }; , $deep }
            Says = '32 levels'
            Out  = 'identifies'
        }
        @{
            Case = 'itself'
            Make = { $self = @{}; $self['self'] = $self; $self }
            Says = '32 levels'
            Out  = 'identifies'
        }
    ) {
        $problem = Get-Problem @{ ArgumentList = 1, (& $Make) }
        $problem.FullyQualifiedErrorId | Should -Be "InteropArgumentInvalid,$commandType"
        "$problem" | Should -Match $Says
        "$problem" | Should -Match '-ArgumentList\[1\]'
        $problem.ErrorDetails.RecommendedAction | Should -Match $Out
    }

    It 'Interop: accepts an argument of 32 levels' {
        $deep = 1
        1..32 | ForEach-Object { $deep = , $deep }
        Get-CanonicalHex $deep | Should -BeExactly ('91' * 33 + '01')
    }

    It 'Interop: names the place of an invalid value inside an argument' {
        "$(Get-Problem @{ ArgumentList = (, @{ b = @(1, 1d) }) })" |
            Should -Match ([regex]::Escape('-ArgumentList[0][''b''][1]'))
        $object = [pscustomobject] @{ p = 1d }
        "$(Get-Problem @{ InputObject = $object })" | Should -Match ([regex]::Escape('$_.p'))
        "$(Get-Problem @{ ScriptBlock = { param($Id) $Id }; ArgumentList = 1d })" | Should -Match '\$Id '
    }
}
