namespace CacheKit.PowerShell.Tests.Conversion;

/// <summary>The same arguments, told to PowerShell and to Python.</summary>
/// <param name="Name">What the row is about.</param>
/// <param name="PowerShell">An expression: the value of -ArgumentList.</param>
/// <param name="Json">The effective arguments as tagged JSON (tests/interop/python/crosscheck.py).</param>
/// <param name="Block">The parameters of the block, if it declares any.</param>
internal sealed record ArgumentRow(string Name, string PowerShell, string Json, string Block = "");

/// <summary>The same value, told to PowerShell and to Python.</summary>
/// <param name="PowerShell">What a block does to write it, and what a hit gives.</param>
/// <param name="Json">The value as tagged JSON.</param>
internal sealed record ValueRow(string PowerShell, string Json);

/// <summary>Arguments and values of every kind that the model has (PROTOCOL section 7.3).</summary>
internal static class InteropRows
{
    private static readonly TimeSpan s_offset = TimeZoneInfo.Local.GetUtcOffset(new DateTime(2024, 1, 1));

    /// <summary>Arguments that make a key.</summary>
    public static IReadOnlyList<ArgumentRow> Arguments { get; } =
    [
        new("none", "@()", "[]"),
        new("null is not none", "@($null)", "[null]"),
        new("one array is not its items", "@(, @(1, 2))", "[[1, 2]]"),
        new("positive widths", "@(0, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296)",
            "[0, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296]"),
        new("negative widths", "@(-1, -32, -33, -128, -129, -32768, -32769, -2147483648, -2147483649)",
            "[-1, -32, -33, -128, -129, -32768, -32769, -2147483648, -2147483649]"),
        new("limits of integers", "@([uint64]::MaxValue, [long]::MaxValue, [long]::MinValue, [bigint]::Pow(2, 63))",
            """
            [{"$int": "18446744073709551615"}, {"$int": "9223372036854775807"}, {"$int": "-9223372036854775808"},
            {"$int": "9223372036854775808"}]
            """),
        new("every integer type", "@([byte]7, [sbyte]-7, [int16]-700, [uint16]700, [uint32]70000, 7L, [bigint]7)",
            "[7, -7, -700, 700, 70000, 7, 7]"),
        new("floats that are integers", "@(2.0, -0.0, 1e18, [Math]::Pow(2, 63), -[Math]::Pow(2, 63), [float]3)",
            """[2, 0, 1000000000000000000, {"$int": "9223372036854775808"}, {"$int": "-9223372036854775808"}, 3]"""),
        new("floats that are not",
            "@(0.1, -1.5, [double]::Epsilon, [double]::MaxValue, [Math]::Pow(2, 64), [float]0.1)",
            """
            [{"$float": "0.1"}, {"$float": "-1.5"}, {"$float": "5e-324"}, {"$float": "1.7976931348623157e308"},
            {"$float": "18446744073709551616"}, {"$float": "0.10000000149011612"}]
            """),
        new("booleans and a switch", "@($true, $false, [switch]$true)", "[true, false, true]"),
        new("text", "@('', 'héllo wörld', \"a`0b\", \"e`u{301}\", \"`u{e9}\", \"`u{1F600}\", ('x' * 65536))",
            $$"""["", "héllo wörld", "a\u0000b", "e\u0301", "é", "\ud83d\ude00", "{{new string('x', 65536)}}"]"""),
        new("bytes", "@([byte[]]@(), [byte[]](0, 128, 255), [byte[]]::new(256))",
            $$"""[{"$bytes": ""}, {"$bytes": "0080ff"}, {"$bytes": "{{new string('0', 512)}}"}]"""),
        new("maps in the order of UTF-8",
            "@(@{ b = 2; a = 1 }, @{ \"`u{10000}\" = 1; \"`u{FF61}\" = 2 }, [ordered]@{ z = 1; A = 2; a2 = 3 })",
            """[{"b": 2, "a": 1}, {"\ud800\udc00": 1, "\uff61": 2}, {"z": 1, "A": 2, "a2": 3}]"""),
        new("maps in each other", "@([pscustomobject]@{ z = @{ y = @(@{ b = 1; a = @() }); x = $null }; a = @{} })",
            """[{"z": {"y": [{"b": 1, "a": []}], "x": null}, "a": {}}]"""),
        new("names whose lengths differ", "@(@{ ('k' * 40) = 1; kk = 2; k = 3; l = 4 })",
            $$"""[{"{{new string('k', 40)}}": 1, "kk": 2, "k": 3, "l": 4}]"""),
        new("sets",
            "@([Collections.Generic.HashSet[int]](3, 1), [Collections.Generic.HashSet[object]]('b', 10, -5, 1.5, 'a'))",
            """[{"$set": [3, 1]}, {"$set": ["b", 10, -5, {"$float": "1.5"}, "a"]}]"""),
        new("a set of equals", "@(, [Collections.Generic.HashSet[object]][object[]](2, 2.0, 2L))",
            """[{"$set": [2, {"$float": "2.0"}]}]"""),
        new("a set of arrays", "@(, [Collections.Generic.HashSet[object]][object[]]((, 2), (1, 1), 'z'))",
            """[{"$set": [[2], [1, 1], "z"]}]"""),
        new("instants", "@([datetimeoffset]'2024-01-01T12:30:45.123456+00:00', [datetime]::UnixEpoch)",
            """[{"$datetime": "2024-01-01T12:30:45.123456+00:00"}, {"$datetime": "1970-01-01T00:00:00+00:00"}]"""),
        new("offsets",
            "@([datetimeoffset]'2024-01-01T18:00:45.123456+05:30', [datetimeoffset]'2023-12-31T14:00:00-10:00')",
            """[{"$datetime": "2024-01-01T12:30:45.123456+00:00"}, {"$datetime": "2024-01-01T00:00:00+00:00"}]"""),
        new("instants before 1970", "@([datetimeoffset]'1969-12-31T23:59:59.123456Z', [datetimeoffset]::MinValue)",
            """[{"$datetime": "1969-12-31T23:59:59.123456+00:00"}, {"$datetime": "0001-01-01T00:00:00+00:00"}]"""),
        new("ticks are rounded down",
            "@(19, -1 | ForEach-Object { [datetimeoffset]::UnixEpoch.AddTicks($_) }; [datetimeoffset]::MaxValue)",
            """
            [{"$datetime": "1970-01-01T00:00:00.000001+00:00"}, {"$datetime": "1969-12-31T23:59:59.999999+00:00"},
            {"$datetime": "9999-12-31T23:59:59.999999+00:00"}]
            """),
        new("a guid", "@([guid]'550E8400-E29B-41D4-A716-446655440000')",
            """[{"$uuid": "550E8400-E29B-41D4-A716-446655440000"}]"""),
        new("an enumeration is its number", "@([DayOfWeek]::Friday)", "[5]"),
        new("sixteen arguments", "@(0..15)", "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]"),
        new("as deep as it goes", "@(, (& { $deep = 1; 1..32 | ForEach-Object { $deep = , $deep }; , $deep }))",
            $"[{new string('[', 32)}1{new string(']', 32)}]"),
        new("defaults", "@(42)", """[42, false, "name", null]""",
            "param([long] $Id, [bool] $Deep = $false, [string] $Sort = 'name', $Filter = $null)"),
        new("defaults that are given", "@(42, $true)", """[42, true, "name", null]""",
            "param([long] $Id, [bool] $Deep = $false, [string] $Sort = 'name', $Filter = $null)"),
        new("declared types", "@('42', 1, 7)", """[42, {"$float": "1.0"}, "7"]""",
            "param([long] $Id, [double] $Share, [string] $Name)"),
        new("a switch is no argument", "@(1)", "[1, false]", "param($Id, [switch] $Force)"),
        new("the rest is one array", "@('users', 1, 2, 3)", """["users", [1, 2, 3]]""",
            "param($Table, [Parameter(ValueFromRemainingArguments)] $Ids)"),
        new("no rest is an empty array", "@('users')", """["users", []]""",
            "param($Table, [Parameter(ValueFromRemainingArguments)] $Ids)"),
    ];

    /// <summary>Arguments that both sides refuse: no key is better than two that differ.</summary>
    public static IReadOnlyList<ArgumentRow> RefusedArguments { get; } =
    [
        new("not a number", "@([double]::NaN)", """[{"$float": "nan"}]"""),
        new("infinite", "@([double]::NegativeInfinity)", """[{"$float": "-1e999"}]"""),
        new("too large", "@([bigint]::Pow(2, 64))", """[{"$int": "18446744073709551616"}]"""),
        new("too small", "@(-[bigint]::Pow(2, 63) - 1)", """[{"$int": "-9223372036854775809"}]"""),
        new("no offset", "@([datetime]::new(2024, 1, 1))", """[{"$datetime": "2024-01-01T00:00:00"}]"""),
        new("half of a pair", "@([string][char]0xD800)", """["\ud800"]"""),
        new("half of a pair in a name", "@(@{ ([string][char]0xDC00) = 1 })", """[{"\udc00": 1}]"""),
        new("too deep", "@(, (& { $deep = 1; 1..33 | ForEach-Object { $deep = , $deep }; , $deep }))",
            $"[{new string('[', 33)}1{new string(']', 33)}]"),
        new("a date is no instant", "@([DateOnly]::new(2024, 1, 1))", """[{"$date": "2024-01-01"}]"""),
    ];

    /// <summary>Values that neither side stores.</summary>
    public static IReadOnlyList<ValueRow> RefusedValues { get; } =
    [
        new("[double]::NaN", """{"$float": "nan"}"""),
        new("[bigint]::Pow(2, 64)", """{"$int": "18446744073709551616"}"""),
        new(", [Collections.Generic.HashSet[int]][int[]](1, 2)", """{"$set": [1, 2]}"""),
        new("[guid]::Empty", """{"$uuid": "00000000-0000-0000-0000-000000000000"}"""),
        new("[pscustomobject]@{ a = @([string][char]0xD800) }", """{"a": ["\ud800"]}"""),
        new("$deep = 1; 1..33 | ForEach-Object { $deep = , $deep }; , $deep",
            $"[{new string('[', 32)}1{new string(']', 32)}]"),
    ];

    /// <summary>Values that come back as they went, whoever reads and writes.</summary>
    public static IReadOnlyList<ValueRow> Values { get; } =
    [
        new("$null", "null"), new("$true", "true"), new("$false", "false"), new("''", "\"\""),
        new("'text'", "\"text\""),
        new("\"h`u{e9}llo `u{1F600} a`0b\"", """ "h\u00e9llo \ud83d\ude00 a\u0000b" """),
        new("'x' * 102400", $"\"{new string('x', 102400)}\""),
        new("0", "0"), new("-1", "-1"), new("[int]::MaxValue", "2147483647"), new("2147483648L", "2147483648"),
        new("-33", "-33"),
        new("[long]::MinValue", """{"$int": "-9223372036854775808"}"""),
        new("[uint64]::MaxValue", """{"$int": "18446744073709551615"}"""),
        new("2.0", """{"$float": "2.0"}"""), new("-0.0", """{"$float": "-0.0"}"""), new("0.1", """{"$float": "0.1"}"""),
        new("1e300", """{"$float": "1e300"}"""), new("[double]::Epsilon", """{"$float": "5e-324"}"""),
        new(", [byte[]]@()", """{"$bytes": ""}"""), new(", [byte[]](0, 128, 255)", """{"$bytes": "0080ff"}"""),
        new(", [byte[]]::new(65536)", $$"""{"$bytes": "{{new string('0', 131072)}}"}"""),
        new(", @()", "[]"), new(", @(7)", "[7]"),
        new("1, 'two', 3.5, $null, $true", """[1, "two", {"$float": "3.5"}, null, true]"""),
        new(", @(, @(1, 2))", "[[1, 2]]"), new(", @(@(), (, @()))", "[[], [[]]]"),
        new("1..20", $"[{string.Join(", ", Enumerable.Range(1, 20))}]"),
        new("[pscustomobject]@{}", "{}"),
        new("[pscustomobject]@{ age = 30; name = 'alice' }", """{"name": "alice", "age": 30}"""),
        new("[pscustomobject]@{ a = @(); b = [pscustomobject]@{ c = @([pscustomobject]@{ d = 1 }) }; e = [byte[]]1 }",
            """{"e": {"$bytes": "01"}, "b": {"c": [{"d": 1}]}, "a": []}"""),
        new("[pscustomobject]@{ id = 1 }, [pscustomobject]@{ id = 2 }", """[{"id": 1}, {"id": 2}]"""),
        new("[datetimeoffset]::new(2024, 1, 1, 12, 30, 45, [timespan]'05:30')",
            """{"$datetime": "2024-01-01T12:30:45+05:30"}"""),
        new("[datetimeoffset]'2024-01-01T12:30:45.123456+00:00'",
            """{"$datetime": "2024-01-01T12:30:45.123456+00:00"}"""),
        new("[datetimeoffset]::new(1, 1, 1, 0, 0, 0, 0)", """{"$datetime": "0001-01-01T00:00:00+00:00"}"""),
        new("[datetime]::new(1969, 12, 31, 23, 59, 59)", """{"$datetime": "1969-12-31T23:59:59"}"""),
        new("[DateOnly]::new(2024, 2, 29)", """{"$date": "2024-02-29"}"""),
        new("[TimeOnly]::new(1, 2, 3)", """{"$time": "01:02:03"}"""),
        new("[TimeOnly]::new(1, 2, 3, 4, 5)", """{"$time": "01:02:03.004005"}"""),
        new("[pscustomobject]@{ at = [DateOnly]::new(1, 1, 1) }", """{"at": {"$date": "0001-01-01"}}"""),
        new("$deep = 1; 1..31 | ForEach-Object { $deep = , $deep }; , $deep; 'beside it'",
            $"[{new string('[', 31)}1{new string(']', 31)}, \"beside it\"]"),
        new("$deep = [pscustomobject]@{}; 1..31 | ForEach-Object { $deep = [pscustomobject]@{ a = $deep } }; $deep",
            string.Concat(Enumerable.Repeat("{\"a\": ", 31)) + "{}" + new string('}', 31)),
    ];

    /// <summary>Values that PowerShell writes as Python would, and that come back as something else.</summary>
    public static IReadOnlyList<ValueRow> OneWayValues { get; } =
    [
        new("", "null"), new("@{ b = 1; a = @{ d = 1; c = 2 } }", """{"a": {"c": 2, "d": 1}, "b": 1}"""),
        new("[ordered]@{ \"`u{10000}\" = 1; \"`u{FF61}\" = 2; B = 3; a = 4 }",
            """{"\ud800\udc00": 1, "\uff61": 2, "B": 3, "a": 4}"""),
        new("[byte]200, [sbyte]-3, 7L, [bigint]9, [DayOfWeek]::Friday", "[200, -3, 7, 9, 5]"),
        new("[float]0.5", """{"$float": "0.5"}"""),
        new("[switch]$true", "true"), new(", [Collections.Generic.List[int]](1, 2)", "[1, 2]"),
        new(", [Collections.ArrayList]@('a', 1)", "[\"a\", 1]"),
        new("[datetime]::new(2024, 1, 1, 0, 0, 0, [DateTimeKind]::Utc)",
            """{"$datetime": "2024-01-01T00:00:00+00:00"}"""),
        new("[datetimeoffset]'2024-01-01T00:00:00.1234567Z'", """{"$datetime": "2024-01-01T00:00:00.123456+00:00"}"""),
        new("[datetime]::new(2024, 1, 1, 0, 0, 0, [DateTimeKind]::Local)",
            $$"""{"$datetime": "{{new DateTimeOffset(2024, 1, 1, 0, 0, 0, s_offset):yyyy-MM-ddTHH:mm:sszzz}}"}"""),
    ];
}
