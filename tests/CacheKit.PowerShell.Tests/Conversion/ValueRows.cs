namespace CacheKit.PowerShell.Tests.Conversion;

/// <summary>
/// Values that scripts have, as PowerShell expressions. Each list says which serializers claim to give exactly the
/// same value back; a test of another serializer runs the lists that it claims.
/// </summary>
internal static class ValueRows
{
    /// <summary>What JSON keeps exactly: its whole numbers are Int64, as those of ConvertFrom-Json.</summary>
    public static IReadOnlyList<string> Json { get; } =
    [
        "$null", "$true", "$false", "''", "'a'", "' '", "'é𝄞鍵'", "\"a`0b\"", "\"a`r`nb\"", "'x' * 70000",
        "0L", "1L", "-1L", "[long]::MaxValue", "[long]::MinValue", "[bigint]::Parse('9223372036854775808')", "1.5", "-2.25",
        "[double]::MaxValue", "@()", "@(1L)", "@($null)", "@(1L, 'a', $null, 2.5)", "@(,@(1L, 2L))", "@(@(), @(@(), 1L))",
        "[pscustomobject]@{ A = 1L }", "[pscustomobject]@{ Z = 1L; A = 'x'; M = $null; b = $true; C = 1.5 }",
        "[pscustomobject]@{ Inner = [pscustomobject]@{ A = @(1L, 2L); B = [pscustomobject]@{ C = 'x' } } }",
        "[datetime]::new(2024, 2, 29, 1, 2, 3, [DateTimeKind]::Utc)", "[datetime]::new(2024, 2, 29, 1, 2, 3)",
    ];

    /// <summary>What MessagePack keeps beside the common values.</summary>
    public static IReadOnlyList<string> MessagePackOnly { get; } =
    [
        "[long]::MaxValue", "[long]::MinValue", "2147483648L", "[uint64]::MaxValue", "-0.0", "1.0", "[byte[]](1, 2, 255)",
        "[byte[]]::new(0)", "[byte[]]::new(70000)", "[pscustomobject]@{ Data = [byte[]](1, 2) }",
    ];

    /// <summary>What both PowerShell and MessagePack keep.</summary>
    public static IReadOnlyList<string> Common { get; } =
    [
        "$null", "$true", "$false", "''", "'a'", "' '", "'é𝄞鍵'", "\"a`0b\"", "\"a`r`nb\"", "'x' * 70000",
        "0", "1", "-1", "[int]::MaxValue", "[int]::MinValue", "1.5", "-2.25", "[double]::MaxValue",
        "@()", "@(1)", "@($null)", "@(1, 'a', $null, 2.5)", "@(,@(1, 2))", "@(@(), @(@(), 1))",
        "[pscustomobject]@{ A = 1 }", "[pscustomobject]@{ Z = 1; A = 'x'; M = $null; b = $true; C = 1.5 }",
        "[pscustomobject]@{ Inner = [pscustomobject]@{ A = @(1, 2); B = [pscustomobject]@{ C = 'x' } } }",
        "@([pscustomobject]@{ A = 1 }, [pscustomobject]@{ A = 2 })",
    ];

    /// <summary>What the serializer PowerShell alone keeps.</summary>
    public static IReadOnlyList<string> PowerShellOnly { get; } =
    [
        // Numbers
        "[byte]0", "[byte]255", "[sbyte]-128", "[int16]-32768", "[uint16]65535", "[uint32]4294967295", "0L", "1L",
        "[long]::MinValue", "[ulong]::MaxValue", "[float]1.1", "[float]::NaN", "[double]::NaN", "[double]::NegativeInfinity",
        "-0.0", "[double]::Epsilon", "1.10d", "0.00d", "[decimal]::MaxValue", "[bigint]::Parse('123456789012345678901234567890')",
        "[bigint]-129", "[IntPtr]5", "[UIntPtr]::Zero", "[Half]::MaxValue", "[Half]::NaN", "[Int128]::MinValue",
        "[UInt128]::MaxValue", "[char]'a'", "[char]0xD800", "[string][char]0xDC00", "[DBNull]::Value",
        // Times
        "[datetime]::MinValue", "[datetime]::MaxValue", "[datetime]::new(2024, 2, 29, 1, 2, 3)",
        "[datetime]::new(638400000001234567, 'Utc')", "[datetime]::new(638400000001234567, 'Local')",
        "[TimeZoneInfo]::ConvertTimeFromUtc([datetime]::new(638656146000000000, 'Utc'), [TimeZoneInfo]::Local)",
        "[datetimeoffset]::new(2024, 2, 29, 1, 2, 3, [timespan]'05:45')", "[datetimeoffset]::MaxValue",
        "[DateOnly]::new(2024, 2, 29)", "[TimeOnly]::new(23, 59, 59, 999)", "[timespan]::MinValue", "[timespan]'1.02:03:04.5'",
        // Other scalars
        "[guid]'00112233-4455-6677-8899-aabbccddeeff'", "[guid]::Empty", "[uri]'https://user@example.org:8443/a%20b?q=1#f'",
        "[uri]::new('a/b', [UriKind]::Relative)", "[version]'1.2'", "[version]'1.2.3.4'", "[semver]'1.2.3-beta.1+build'", "[semver]'7'",
        "[ipaddress]'10.0.0.1'", "[ipaddress]'::1'", "[ipaddress]'fe80::1%7'", "[ipaddress]::Loopback",
        "[switch]$true", "[switch]$false", "[DayOfWeek]::Monday", "[enum]::ToObject([DayOfWeek], 99)", "[IO.FileAttributes]'Hidden, System'",
        "[System.Management.Automation.ActionPreference]::Stop", "[ConsoleColor]::Red",
        "[byte[]]@()", "[byte[]](0, 255)", "[byte[]]::new(70000)",
        // Secrets
        "(ConvertTo-SecureString 'pässword' -AsPlainText -Force)", "[securestring]::new()",
        "[pscredential]::new('user', (ConvertTo-SecureString 'p' -AsPlainText -Force))", "[pscredential]::Empty",
        "@{ C = [pscredential]::new('dom\\ü', (ConvertTo-SecureString 'q' -AsPlainText -Force)) }",
        // Arrays
        "[int[]](1, 2)", "[int[]]@()", "[string[]]('a', $null)", "[string[]]@()", "[bool[]](1, 0)", "[double[]](1, [double]::NaN)",
        "[datetime[]]([datetime]::MaxValue)", "[guid[]]([guid]::Empty)", "[char[]]'ab'", "[uri[]]('a', $null)",
        "[ipaddress[]]('::1')", "[decimal[]](1.0d)", "[version[]]('1.2')", "@([int[]](1), [string[]]('a'))",
        "[xml[]](,[xml]'<a/>')", "[object[]]@([byte]1, 1L)",
        // Lists, sets, dictionaries of types
        "[Collections.Generic.List[object]](1, $null, 'a')", "[Collections.Generic.List[int]](1, 2)",
        "[Collections.Generic.List[string]]::new()", "[Collections.Generic.List[datetime]][datetime[]]([datetime]::MinValue)",
        "[Collections.ArrayList](1, $null, 'a')", "[Collections.ArrayList]::new()",
        "[Collections.Generic.HashSet[string]][string[]]('b', 'a')", "[Collections.Generic.HashSet[int]][int[]](3, 1)",
        "[Collections.Generic.HashSet[string]]::new([string[]]('b', 'A'), [StringComparer]::OrdinalIgnoreCase)",
        "& { $d = [Collections.Generic.Dictionary[string, int]]::new(); $d['a'] = 1; $d['A'] = 2; ,$d }",
        "[Collections.Generic.Dictionary[string, object]]::new([StringComparer]::OrdinalIgnoreCase)",
        "& { $d = [Collections.Generic.Dictionary[guid, string]]::new(); $d[[guid]::Empty] = $null; ,$d }",
        "& { $d = [Collections.Generic.Dictionary[int, object]]::new(); $d[1] = @{ a = 1 }; ,$d }",
        // Hashtables
        "@{}", "@{ a = 1; b = $null; 3 = 'x' }", "@{ a = @{ b = @{ c = @(1, 2) } } }", "[ordered]@{ z = 1; a = 2; M = $null }",
        "[ordered]@{}", "[hashtable]::new()", "& { $h = [hashtable]::new(); $h['a'] = 1; $h['A'] = 2; $h }",
        "[Collections.Specialized.OrderedDictionary]::new()", "@{ [datetime]::MinValue = 1; $true = 2 }",
        "[ordered]@{ List = [Collections.ArrayList](1, 2); Set = [Collections.Generic.HashSet[int]][int[]](1) }",
        // Type names and added members
        "[pscustomobject]@{ PSTypeName = 'My.Type'; A = 1 }", "[pscustomobject]@{}",
        "& { $o = [pscustomobject]@{ A = 1 }; $o.PSTypeNames.Insert(0, 'First'); $o }",
        "(Add-Note 'line' ReadCount 1L)", "(Add-Note 42 Unit 'ms')", "(Add-Note ([datetime]::MinValue) Source 'x')",
        "(Add-Note @{ a = 1 } Note @{ b = 2 })", "(Add-Note @(1, 2) Note 'x')", "(Add-Note ([int[]](1, 2)) Note 'x')",
        "(Add-Note ([Collections.ArrayList](1, 2)) Note $null)", "(Add-Note ([DayOfWeek]::Friday) Note 1)",
        "(Add-Name ([guid]::Empty) My.Guid)", "(Add-Name 'text' My.Text)", "(Add-Name @{ a = 1 } My.Table)",
        "(Add-Note (Add-Name 1 My.Number) Inner (Add-Note 2 X 3))", "@((Add-Note 'a' X 1), 'b')",
        "[pscustomobject]@{ Line = (Add-Note 'a' PSPath 'x') }", "(Add-Note ([securestring]::new()) Note 'x')",
        // XML
        "[xml]'<a/>'", "[xml]'<a> <b x=\"1\">é</b>\n</a>'", "[xml]::new()",
        "& { $x = [xml]::new(); $x.PreserveWhitespace = $true; $x.LoadXml('<a> <b/> </a>'); ,$x }",
        "@{ X = [xml]'<?xml version=\"1.0\"?><!--c--><r><![CDATA[<>]]></r>' }",
    ];
}
