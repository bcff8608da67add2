#Requires -Version 7.4
[Diagnostics.CodeAnalysis.SuppressMessageAttribute(
    'PSUseConsistentWhitespace', '', Justification = 'One block differs from another by its layout.')]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute(
    'PSUseLiteralInitializerForHashtable', '', Justification = 'One hashtable differs from another by its comparer.')]
param()

Set-StrictMode -Version Latest

# Which values are the same value, seen from outside:
# those that give one key. What a block can distinguish must differ.

BeforeAll {
    . "$PSScriptRoot/../common.ps1"
    Initialize-TestEnvironment
    $script:notDerivable = 'KeyNotDerivable,CacheKit.Commands.GetCacheKitKeyCommand'

    # The variable keeps the value as it is: nothing is unrolled on the way.
    function Get-Key {
        param([scriptblock] $Value)

        . $Value
        (Get-CacheKitKey { $x }).Key
    }

    # A script of its own, which may define what another one has under the same name.
    function Invoke-Text {
        param([string] $Text)

        & ([scriptblock]::Create($Text))
    }

    # What Import-Clixml, a job or another computer gives.
    function Get-Deserialized {
        param($Value)

        [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($Value))
    }

    # The same line, of another file each time.
    function Get-LineOfFile {
        $path = Get-TestPath
        [IO.File]::WriteAllText($path, 'a line')
        Get-Content -LiteralPath $path
    }
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Value identity' {
    It 'Key: is the same for <Name>' -ForEach @(
        @{
            Name  = 'equal dictionaries'
            One   = { $x = [Collections.Generic.Dictionary[string, int]]::new(); $x['a'] = 1; $x['b'] = 2 }
            Other = { $x = [Collections.Generic.Dictionary[string, int]]::new(); $x['a'] = 1; $x['b'] = 2 }
        }
        @{
            Name  = 'equal sets'
            One   = { $x = [Collections.Generic.HashSet[string]]::new([string[]]('a', 'b')) }
            Other = { $x = [Collections.Generic.HashSet[string]]::new([string[]]('a', 'b')) }
        }
        @{
            Name  = 'equal immutable dictionaries in another order'
            One   = { $x = [Collections.Immutable.ImmutableDictionary]::Create[string, int]().Add('a', 1).Add('b', 2) }
            Other = { $x = [Collections.Immutable.ImmutableDictionary]::Create[string, int]().Add('b', 2).Add('a', 1) }
        }
        @{
            Name  = 'equal sorted sets'
            One   = { $x = [Collections.Generic.SortedSet[string]]::new([string[]]('a', 'b')) }
            Other = { $x = [Collections.Generic.SortedSet[string]]::new([string[]]('b', 'a')) }
        }
        @{
            Name  = 'a table whose type names were read'
            One   = { $x = @{ a = 1 } }
            Other = { $x = @{ a = 1 }; $null = $x.PSTypeNames }
        }
        @{
            Name  = 'an object whose views were read'
            One   = { $x = [pscustomobject]@{ a = 1 } }
            Other = { $x = [pscustomobject]@{ a = 1 }; $null = $x.psbase; $null = $x.psadapted; $null = $x.PSTypeNames }
        }
        @{
            Name  = 'a wrapped value and the bare one'
            One   = { $x = Write-Output -InputObject 'a' }
            Other = { $x = 'a' }
        }
        @{
            Name  = 'equal type names'
            One   = { $x = @{ a = 1 }; $x.PSTypeNames.Insert(0, 'T.One') }
            Other = { $x = @{ a = 1 }; $x.PSTypeNames.Insert(0, 'T.One') }
        }
        @{
            Name  = 'equal cultures'
            One   = { $x = [cultureinfo]::new('de-DE') }
            Other = { $x = [cultureinfo]::new('de-DE') }
        }
        @{
            Name  = 'a line of two files'
            One   = { $x = Get-LineOfFile }
            Other = { $x = Get-LineOfFile }
        }
        @{
            Name  = 'equal objects from another session'
            One   = { $x = Get-Deserialized ([timezoneinfo]::Utc) }
            Other = { $x = Get-Deserialized ([timezoneinfo]::Utc) }
        }
        @{
            Name  = 'equal files from another session, whose drive leads back to itself'
            One   = { $x = Get-Deserialized (Get-Item -LiteralPath $PSHOME/pwsh.dll) }
            Other = { $x = Get-Deserialized (Get-Item -LiteralPath $PSHOME/pwsh.dll) }
        }
        @{
            Name  = 'collections that more may be added to'
            One   = { $x = [Management.Automation.PSDataCollection[psobject]]::new(); $x.Add(1) }
            Other = { $x = [Management.Automation.PSDataCollection[psobject]]::new(); $x.Add(1) }
        }
        @{
            Name  = 'equal enums of two scripts'
            One   = { $x = Invoke-Text 'enum E { a; b }; [E]::b' }
            Other = { $x = Invoke-Text 'enum E { a; b }; [E]::b' }
        }
        @{
            Name  = 'equal lists'
            One   = { $x = [Collections.Generic.List[int]]::new([int[]](1, 2)) }
            Other = { $x = [Collections.Generic.List[int]]::new([int[]](1, 2)) }
        }
        @{
            Name  = 'equal patterns'
            One   = { $x = [regex]::new('a', 'IgnoreCase') }
            Other = { $x = [regex]::new('a', 'IgnoreCase') }
        }
        @{
            Name  = 'equal XML'
            One   = { $x = ([xml]'<a b="1"><c/></a>').DocumentElement }
            Other = { $x = ([xml]'<a b="1"><c/></a>').DocumentElement }
        }
        @{
            Name  = 'equal zones'
            One   = { $x = [TimeZoneInfo]::Utc }
            Other = { $x = [TimeZoneInfo]::FindSystemTimeZoneById('UTC') }
        }
        @{ Name = 'types'; One = { $x = [int] }; Other = { $x = [int] } }
        @{
            Name  = 'encodings'
            One   = { $x = [Text.UTF8Encoding]::new($true) }
            Other = { $x = [Text.UTF8Encoding]::new($true) }
        }
        @{ Name = 'database nulls'; One = { $x = [DBNull]::Value }; Other = { $x = [DBNull]::Value } }
        @{ Name = 'blocks of other layout'; One = { $x = { 1 + 1 } }; Other = { $x = {1   +   1 <# two #>} } }
        @{
            Name  = 'closures over equal values'
            One   = { $n = 1; $x = { $n }.GetNewClosure() }
            Other = { $n = 1; $x = { $n }.GetNewClosure() }
        }
        @{
            Name  = 'nested tables in another order'
            One   = { $x = @{ a = @{ b = 1; c = 2 }; d = 3 } }
            Other = { $x = @{ d = 3; a = @{ c = 2; b = 1 } } }
        }
        @{
            Name  = 'alias properties'
            One   = {
                $x = [pscustomobject]@{ a = 1 }
                $x.psobject.Members.Add([Management.Automation.PSAliasProperty]::new('b', 'a'))
            }
            Other = {
                $x = [pscustomobject]@{ a = 1 }
                $x.psobject.Members.Add([Management.Automation.PSAliasProperty]::new('b', 'a'))
            }
        }
    ) {
        Get-Key $One | Should -BeExactly (Get-Key $Other)
    }

    It 'Key: differs for <Name>' -ForEach @(
        @{
            Name  = 'items of a dictionary'
            One   = { $x = [Collections.Generic.Dictionary[string, int]]::new(); $x['a'] = 1 }
            Other = { $x = [Collections.Generic.Dictionary[string, int]]::new(); $x['a'] = 2 }
        }
        @{
            Name  = 'a dictionary and a table'
            One   = { $x = [Collections.Generic.Dictionary[string, int]]::new(); $x['a'] = 1 }
            Other = { $x = @{ a = 1 } }
        }
        @{
            Name  = 'order of an ordered table'
            One   = { $x = [ordered]@{ a = 1; b = 2 } }
            Other = { $x = [ordered]@{ b = 2; a = 1 } }
        }
        @{ Name = 'case of a key'; One = { $x = @{ a = 1 } }; Other = { $x = @{ A = 1 } } }
        @{ Name = 'comparers'; One = { $x = @{ a = 1 } }; Other = { $x = [hashtable]::new(); $x['a'] = 1 } }
        @{
            Name  = 'items of a set'
            One   = { $x = [Collections.Generic.HashSet[string]]::new([string[]]('a', 'b')) }
            Other = { $x = [Collections.Generic.HashSet[string]]::new([string[]]('a', 'c')) }
        }
        @{
            Name  = 'order of a queue'
            One   = { $x = [Collections.Queue]::new((1, 2)) }
            Other = { $x = [Collections.Queue]::new((2, 1)) }
        }
        @{ Name = 'shapes of arrays'; One = { $x = [int[, ]]::new(2, 3) }; Other = { $x = [int[, ]]::new(3, 2) } }
        @{ Name = 'types of arrays'; One = { $x = [int[]](1, 2) }; Other = { $x = [object[]](1, 2) } }
        @{
            Name  = 'options of patterns'
            One   = { $x = [regex]::new('a') }
            Other = { $x = [regex]::new('a', 'IgnoreCase') }
        }
        @{ Name = 'patterns'; One = { $x = [regex]'a' }; Other = { $x = [regex]'b' } }
        @{
            Name  = 'XML'
            One   = { $x = ([xml]'<a b="1"/>').DocumentElement }
            Other = { $x = ([xml]'<a b="2"/>').DocumentElement }
        }
        @{ Name = 'types'; One = { $x = [int] }; Other = { $x = [long] } }
        @{
            Name  = 'preambles'
            One   = { $x = [Text.UTF8Encoding]::new($true) }
            Other = { $x = [Text.UTF8Encoding]::new($false) }
        }
        @{ Name = 'database null and null'; One = { $x = [DBNull]::Value }; Other = { $x = $null } }
        @{
            Name  = 'a member that moves into another one'
            One   = { $x = [pscustomobject]@{ u = [pscustomobject]@{ n = 1 }; admin = $true } }
            Other = { $x = [pscustomobject]@{ u = [pscustomobject]@{ n = 1; admin = $true } } }
        }
        @{
            Name  = 'a note of an array and one of its last item'
            One   = {
                $x = @([pscustomobject]@{ a = 1 })
                Add-Member -InputObject $x -NotePropertyName n -NotePropertyValue 5
            }
            Other = { $x = @([pscustomobject]@{ a = 1; n = 5 }) }
        }
        @{
            Name  = 'order of a dictionary'
            One   = { $x = [Collections.Generic.Dictionary[string, int]]::new(); $x['a'] = 1; $x['b'] = 2 }
            Other = { $x = [Collections.Generic.Dictionary[string, int]]::new(); $x['b'] = 2; $x['a'] = 1 }
        }
        @{
            Name  = 'order of a set'
            One   = { $x = [Collections.Generic.HashSet[string]]::new([string[]]('a', 'b')) }
            Other = { $x = [Collections.Generic.HashSet[string]]::new([string[]]('b', 'a')) }
        }
        @{
            Name  = 'comparers of sets'
            One   = { $x = [Collections.Generic.HashSet[string]]::new([StringComparer]::Ordinal) }
            Other = { $x = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase) }
        }
        @{
            Name  = 'comparers of sorted sets'
            One   = { $x = [Collections.Generic.SortedSet[string]]::new([StringComparer]::Ordinal) }
            Other = { $x = [Collections.Generic.SortedSet[string]]::new([StringComparer]::OrdinalIgnoreCase) }
        }
        @{
            Name  = 'comparers of sorted lists'
            One   = { $x = [Collections.SortedList]::new([StringComparer]::Ordinal) }
            Other = { $x = [Collections.SortedList]::new([StringComparer]::OrdinalIgnoreCase) }
        }
        @{
            Name  = 'comparers of sorted dictionaries'
            One   = { $x = [Collections.Generic.SortedDictionary[string, int]]::new() }
            Other = { $x = [Collections.Generic.SortedDictionary[string, int]]::new([StringComparer]::Ordinal) }
        }
        @{
            Name  = 'cultures of comparers'
            One   = { $x = [hashtable]::new([StringComparer]::Create([cultureinfo]'tr-TR', $true)) }
            Other = { $x = [hashtable]::new([StringComparer]::Create([cultureinfo]'de-DE', $true)) }
        }
        @{
            Name  = 'comparers of a synchronized table'
            One   = { $x = [hashtable]::Synchronized(@{ }) }
            Other = { $x = [hashtable]::Synchronized([hashtable]::new()) }
        }
        @{
            Name  = 'comparers within a read-only dictionary'
            One   = {
                $x = [Collections.ObjectModel.ReadOnlyDictionary[string, int]]::new(
                    [Collections.Generic.Dictionary[string, int]]::new())
            }
            Other = {
                $x = [Collections.ObjectModel.ReadOnlyDictionary[string, int]]::new(
                    [Collections.Generic.Dictionary[string, int]]::new([StringComparer]::OrdinalIgnoreCase))
            }
        }
        @{
            Name  = 'comparers of a table without keys'
            One   = { $x = @{ } }
            Other = { $x = [hashtable]::new() }
        }
        @{
            Name  = 'an ordered table and one that is read-only'
            One   = { $x = [ordered]@{ a = 1 } }
            Other = { $x = ([ordered]@{ a = 1 }).AsReadOnly() }
        }
        @{
            Name  = 'values of names'
            One   = { $x = [Collections.Specialized.NameValueCollection]::new(); $x.Add('user', 'alice') }
            Other = { $x = [Collections.Specialized.NameValueCollection]::new(); $x.Add('user', 'bob') }
        }
        @{
            Name  = 'two values of a name and one with a comma'
            One   = { $x = [Collections.Specialized.NameValueCollection]::new(); $x.Add('a', '1'); $x.Add('a', '2') }
            Other = { $x = [Collections.Specialized.NameValueCollection]::new(); $x.Add('a', '1,2') }
        }
        @{
            Name  = 'values of a string dictionary'
            One   = { $x = [Collections.Specialized.StringDictionary]::new(); $x.Add('user', 'alice') }
            Other = { $x = [Collections.Specialized.StringDictionary]::new(); $x.Add('user', 'bob') }
        }
        @{
            Name  = 'order of the keys of ConvertFrom-Json -AsHashtable'
            One   = { $x = '{"a":1,"b":2}' | ConvertFrom-Json -AsHashtable }
            Other = { $x = '{"b":2,"a":1}' | ConvertFrom-Json -AsHashtable }
        }
        @{
            Name  = 'type names of a table'
            One   = { $x = @{ a = 1 }; $x.PSTypeNames.Insert(0, 'T.One') }
            Other = { $x = @{ a = 1 }; $x.PSTypeNames.Insert(0, 'T.Two') }
        }
        @{
            Name  = 'type names of a number'
            One   = { $x = 7; $x.PSTypeNames.Insert(0, 'T.One') }
            Other = { $x = 7 }
        }
        @{
            Name  = 'a type name and a note of its name'
            One   = { $x = [pscustomobject]@{ }; $x.PSTypeNames.Add('a') }
            Other = { $x = [pscustomobject]@{ a = $null } }
        }
        @{
            Name  = 'notes of a text'
            One   = { $x = 'a' | Add-Member -NotePropertyName n -NotePropertyValue 1 -PassThru }
            Other = { $x = 'a' | Add-Member -NotePropertyName n -NotePropertyValue 2 -PassThru }
        }
        @{
            Name  = 'notes named like those of a line'
            One   = { $x = 'a' | Add-Member -NotePropertyName ReadCount -NotePropertyValue 1 -PassThru }
            Other = { $x = 'a' | Add-Member -NotePropertyName ReadCount -NotePropertyValue 2 -PassThru }
        }
        @{
            Name  = 'property sets'
            One   = {
                $x = [pscustomobject]@{ a = 1; b = 2 }
                Add-Member -InputObject $x -MemberType PropertySet -Name s -Value ([string[]]'a')
            }
            Other = {
                $x = [pscustomobject]@{ a = 1; b = 2 }
                Add-Member -InputObject $x -MemberType PropertySet -Name s -Value ([string[]]'b')
            }
        }
        @{
            Name  = 'what is shown of an object'
            One   = {
                $x = [pscustomobject]@{ a = 1; b = 2 }
                $set = [Management.Automation.PSPropertySet]::new('DefaultDisplayPropertySet', [string[]]'a')
                $sets = [Management.Automation.PSMemberInfo[]]$set
                Add-Member -InputObject $x -MemberType MemberSet -Name PSStandardMembers -Value $sets
            }
            Other = {
                $x = [pscustomobject]@{ a = 1; b = 2 }
                $set = [Management.Automation.PSPropertySet]::new('DefaultDisplayPropertySet', [string[]]'b')
                $sets = [Management.Automation.PSMemberInfo[]]$set
                Add-Member -InputObject $x -MemberType MemberSet -Name PSStandardMembers -Value $sets
            }
        }
        @{
            Name  = 'properties of objects from another session'
            One   = { $x = Get-Deserialized ([timezoneinfo]::Utc) }
            Other = { $x = Get-Deserialized ([timezoneinfo]::CreateCustomTimeZone('UTC', '01:00', 'UTC', 'UTC')) }
        }
        @{
            Name  = 'files from another session'
            One   = { $x = Get-Deserialized ([IO.FileInfo]"$PSHOME/pwsh.dll") }
            Other = { $x = Get-Deserialized ([IO.FileInfo]"$PSHOME/System.Management.Automation.dll") }
        }
        @{
            Name  = 'what was added to a node of XML'
            One   = {
                $x = ([xml]'<a/>').DocumentElement
                Add-Member -InputObject $x -NotePropertyName n -NotePropertyValue 1
            }
            Other = {
                $x = ([xml]'<a/>').DocumentElement
                Add-Member -InputObject $x -NotePropertyName n -NotePropertyValue 2
            }
        }
        @{
            Name  = 'texts of objects from another session'
            One   = { $x = Get-Deserialized ([DayOfWeek]::Monday) }
            Other = { $x = Get-Deserialized ([UriKind]::Absolute) }
        }
        @{
            Name  = 'a culture and a changed copy'
            One   = { $x = [cultureinfo]::new('de-DE') }
            Other = { $x = [cultureinfo]::new('de-DE'); $x.NumberFormat.NumberDecimalSeparator = '#' }
        }
        @{
            Name  = 'formats of dates'
            One   = { $x = [cultureinfo]::new('de-DE') }
            Other = { $x = [cultureinfo]::new('de-DE'); $x.DateTimeFormat.ShortDatePattern = 'yyyy' }
        }
        @{
            Name  = 'separators of lists'
            One   = { $x = [cultureinfo]::new('de-DE') }
            Other = { $x = [cultureinfo]::new('de-DE'); $x.TextInfo.ListSeparator = '#' }
        }
        @{
            Name  = 'two texts of XML and one'
            One   = {
                $x = [xml]'<a/>'
                $null = $x.DocumentElement.AppendChild($x.CreateTextNode('b'))
                $null = $x.DocumentElement.AppendChild($x.CreateTextNode('c'))
            }
            Other = { $x = [xml]'<a/>'; $null = $x.DocumentElement.AppendChild($x.CreateTextNode('bc')) }
        }
        @{
            Name  = 'what is around a node of XML'
            One   = { $x = ([xml]'<r b="1"><a/></r>').SelectSingleNode('//a') }
            Other = { $x = ([xml]'<r b="2"><a/></r>').SelectSingleNode('//a') }
        }
        @{
            Name  = 'two equal nodes of a document'
            One   = { $x = ([xml]'<r><a/><a/></r>').DocumentElement.FirstChild }
            Other = { $x = ([xml]'<r><a/><a/></r>').DocumentElement.LastChild }
        }
        @{ Name = 'empty elements of XML'; One = { $x = [xml]'<a/>' }; Other = { $x = [xml]'<a></a>' } }
        @{
            Name  = 'an address as it was given'
            One   = { $x = [uri]'http://host/a b' }
            Other = { $x = [uri]'http://host/a%20b' }
        }
        @{
            Name  = 'kinds of addresses'
            One   = { $x = [uri]::new('/a', [UriKind]::Relative) }
            Other = { $x = [uri]'file:///a' }
        }
        @{ Name = 'families of IP'; One = { $x = [ipaddress]'1.2.3.4' }; Other = { $x = [ipaddress]'::ffff:1.2.3.4' } }
        @{ Name = 'scopes of IP'; One = { $x = [ipaddress]'fe80::1%1' }; Other = { $x = [ipaddress]'fe80::1%2' } }
        @{ Name = 'lengths of versions'; One = { $x = [version]'1.0' }; Other = { $x = [version]'1.0.0' } }
        @{
            Name  = 'payloads of NaN'
            One   = { $x = [double]::NaN }
            Other = { $x = [BitConverter]::Int64BitsToDouble(0x7ff8000000000001) }
        }
        @{ Name = 'lone surrogates'; One = { $x = "$([char]0xd800)" }; Other = { $x = "$([char]0xd801)" } }
        @{
            Name  = 'offsets of a time'
            One   = { $x = [datetimeoffset]::new(2024, 1, 1, 1, 0, 0, [timespan]::FromHours(1)) }
            Other = { $x = [datetimeoffset]::new(2024, 1, 1, 0, 0, 0, [timespan]::Zero) }
        }
        @{
            Name  = 'secrets that may be added to'
            One   = { $x = [securestring]::new() }
            Other = { $x = [securestring]::new(); $x.MakeReadOnly() }
        }
        @{
            Name  = 'enums of one name'
            One   = { $x = Invoke-Text 'enum E { a; b }; [E]::b' }
            Other = { $x = Invoke-Text 'enum E { c; b }; [E]::b' }
        }
        @{
            Name  = 'arrays of enums of one name'
            One   = { $x = Invoke-Text 'enum E { a; b }; , [E[]]@()' }
            Other = { $x = Invoke-Text 'enum E { c; b }; , [E[]]@()' }
        }
        @{
            Name  = 'lists of other items'
            One   = { $x = [Collections.Generic.List[int]]::new() }
            Other = { $x = [Collections.Generic.List[long]]::new() }
        }
        @{
            Name  = 'a list and one that only shows it'
            One   = { $x = [Collections.ArrayList]@(1) }
            Other = { $x = [Collections.ArrayList]::ReadOnly([Collections.ArrayList]@(1)) }
        }
        @{ Name = 'nothing and null'; One = { $x = & { } }; Other = { $x = $null } }
        @{ Name = 'nothing and an empty object'; One = { $x = & { } }; Other = { $x = [pscustomobject]@{ } } }
        @{ Name = 'zeros'; One = { $x = 0.0 }; Other = { $x = -0.0 } }
        @{ Name = 'NaN and zero'; One = { $x = [double]::NaN }; Other = { $x = 0.0 } }
        @{ Name = 'blocks'; One = { $x = { 1 } }; Other = { $x = { 2 } } }
        @{ Name = 'a block and its text'; One = { $x = { 1 } }; Other = { $x = ' 1 ' } }
        @{ Name = 'variables of a block'; One = { $n = 1; $x = { $n } }; Other = { $n = 2; $x = { $n } } }
        @{
            Name  = 'variables of a closure'
            One   = { $n = 1; $x = { $n }.GetNewClosure() }
            Other = { $n = 2; $x = { $n }.GetNewClosure() }
        }
        @{
            Name  = 'variables of blocks in blocks'
            One   = { $n = 1; $y = { $n }; $x = { & $y } }
            Other = { $n = 2; $y = { $n }; $x = { & $y } }
        }
        @{
            Name  = 'targets of aliases'
            One   = {
                $x = [pscustomobject]@{ a = 1; c = 1 }
                $x.psobject.Members.Add([Management.Automation.PSAliasProperty]::new('b', 'a'))
            }
            Other = {
                $x = [pscustomobject]@{ a = 1; c = 1 }
                $x.psobject.Members.Add([Management.Automation.PSAliasProperty]::new('b', 'c'))
            }
        }
        @{
            Name  = 'order of properties'
            One   = { $x = [pscustomobject]@{ a = 1; b = 2 } }
            Other = { $x = [pscustomobject]@{ b = 2; a = 1 } }
        }
    ) {
        Get-Key $One | Should -Not -BeExactly (Get-Key $Other)
    }

    It 'Key: covers path, time and length of a file' {
        $path = [IO.Path]::GetFullPath((Join-Path $TestDrive 'file.txt'))
        [IO.File]::WriteAllText($path, 'one')
        $time = [datetime]::new(2024, 1, 1, 0, 0, 0, [DateTimeKind]::Utc)
        [IO.File]::SetLastWriteTimeUtc($path, $time)
        $file = [IO.FileInfo]::new($path)
        $key = (Get-CacheKitKey { $file }).Key
        $again = [IO.FileInfo]::new($path)
        $file = $again
        (Get-CacheKitKey { $file }).Key | Should -BeExactly $key

        # The object remembers what it saw; the block may open what is there now.
        [IO.File]::WriteAllText($path, 'other')
        [IO.File]::SetLastWriteTimeUtc($path, $time)
        $longer = (Get-CacheKitKey { $file }).Key
        $longer | Should -Not -BeExactly $key
        [IO.File]::SetLastWriteTimeUtc($path, $time.AddSeconds(1))
        (Get-CacheKitKey { $file }).Key | Should -Not -BeExactly $longer

        $file = [IO.DirectoryInfo]::new([IO.Path]::GetDirectoryName($path))
        (Get-CacheKitKey { $file }).Key | Should -BeExactly (Get-CacheKitKey { $file }).Key
    }

    It 'Key: shows a file, whose drive has no credential' {
        $file = Get-Item -LiteralPath $PSHOME/pwsh.dll
        (Get-CacheKitKey { $file }).Components[1].Value | Should -Not -BeNullOrEmpty
    }

    It 'Key: covers a block that refers to itself' {
        $x = { param($n) if ($n) { & $x ($n - 1) } }
        $key = (Get-CacheKitKey { $x }).Key
        (Get-CacheKitKey { $x }).Key | Should -BeExactly $key
        $x = { param($n) if ($n) { & $x ($n - 2) } }
        (Get-CacheKitKey { $x }).Key | Should -Not -BeExactly $key
    }

    It 'Key: does not show a secret that a block closes over' {
        $secret = [securestring]::new()
        $secret.AppendChar('s')
        $x = { $secret }
        (Get-CacheKitKey { $x }).Components[1].Value | Should -BeNullOrEmpty
    }

    It 'Key: cannot be derived from <Name>' -ForEach @(
        @{ Name = 'a cycle'; Value = { $x = @{ }; $x['self'] = $x } }
        @{ Name = 'a cycle of lists'; Value = { $x = [Collections.ArrayList]::new(); $null = $x.Add($x) } }
        @{ Name = 'a cycle of objects'; Value = { $x = [pscustomobject]@{ self = $null }; $x.self = $x } }
        @{
            Name  = 'tables that share tables'
            Value = { $x = @{ }; foreach ($i in 1..60) { $x = @{ a = $x; b = $x } } }
        }
        @{ Name = 'a thread'; Value = { $x = [Threading.Thread]::CurrentThread } }
        @{
            Name  = 'a thread deep inside'
            Value = { $x = @{ a = @(1, [pscustomobject]@{ b = [Threading.Thread]::CurrentThread }) } }
        }
        @{
            Name  = 'a block that closes over a thread'
            Value = { $thread = [Threading.Thread]::CurrentThread; $x = { $thread }.GetNewClosure() }
        }
        @{
            Name  = 'a computed property'
            Value = {
                $x = [pscustomobject]@{ a = 1 }
                $x.psobject.Members.Add([Management.Automation.PSScriptProperty]::new('b', { 1 }))
            }
        }
        @{ Name = 'a class of a script'; Value = { $x = Invoke-Text 'class C { $a }; [C]::new()' } }
        @{ Name = 'the type of a class of a script'; Value = { $x = Invoke-Text 'class C { $a }; [C]' } }
        @{ Name = 'an array of a class of a script'; Value = { $x = Invoke-Text 'class C { $a }; , [C[]]@()' } }
        @{
            Name  = 'a list of a class of a script'
            Value = { $x = Invoke-Text 'class C { $a }; , [Collections.Generic.List[C]]::new()' }
        }
        @{
            Name  = 'a list that a script derived'
            Value = { $x = Invoke-Text 'class L : Collections.ArrayList { $a }; , [L]::new()' }
        }
        @{
            Name  = 'an address that a script derived'
            Value = { $x = Invoke-Text 'class I : ipaddress { I() : base(1) { } }; [I]::new()' }
        }
        @{
            Name  = 'a comparer of a script'
            Value = {
                $comparer = Invoke-Text (
                    'class Q : Collections.IEqualityComparer { ' +
                    '[bool] Equals([object] $a, [object] $b) { return $true } ' +
                    '[int] GetHashCode([object] $a) { return 1 } }; [Q]::new()')
                $x = [hashtable]::new($comparer)
            }
        }
        @{
            Name  = 'an array that was never made'
            Value = { $x = [Collections.Immutable.ImmutableArray[int]]::new() }
        }
        @{
            Name  = 'XML around a node to which a script added something'
            Value = {
                $document = [xml]'<a><b/></a>'
                Add-Member -InputObject $document.DocumentElement -NotePropertyName n -NotePropertyValue 1
                $x = $document.SelectSingleNode('//b')
            }
        }
        @{
            Name  = 'a note that a class of a script answers'
            Value = {
                $x = [pscustomobject]@{ a = 1 }
                $note = Invoke-Text (
                    'class N : Management.Automation.PSNoteProperty { N() : base("b", 1) { } ' +
                    '[Management.Automation.PSMemberInfo] Copy() { return $this } }; [N]::new()')
                $x.psobject.Members.Add($note)
            }
        }
        @{
            Name  = 'a method of a script'
            Value = {
                $x = [pscustomobject]@{ a = 1 }
                Add-Member -InputObject $x -MemberType ScriptMethod -Name ToString -Value { 'x' } -Force
            }
        }
        @{ Name = 'more than 64 MiB'; Value = { $x = [string]::new('x', 65MB) } }
    ) {
        { Get-Key $Value } | Should -Throw -ErrorId $notDerivable
    }
}
