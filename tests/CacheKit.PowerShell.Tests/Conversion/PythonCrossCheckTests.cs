using System.Collections;
using System.Globalization;
using System.Text.Json;
using CacheKit.Core.Tests.Support;
using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.Conversion;

/// <summary>
/// Entries that the module and Python share over a real Redis, both ways. Python speaks by its own libraries alone
/// (tests/interop/python), and is judged itself by the published vectors.
/// </summary>
/// <param name="fixture">Redis, the module and Python.</param>
[Collection(nameof(CrossCheckGroup))]
public sealed class PythonCrossCheckTests(CrossCheckFixture fixture)
{
    // What runs for each row of a table. The expressions of a row are made blocks, as a user would have written them.
    private const string Functions = """
        function Get-Key($operation, $row, $plain) {
            $list = . ([scriptblock]::Create("`$list = $($row.PowerShell); , `$list"))
            $block = @{ ScriptBlock = [scriptblock]::Create("$($row.Block)") }
            if (-not $row.Block) { $block = @{} }
            $common = @{ Session = $session; Interop = $operation; Namespace = 'cross'; ArgumentList = $list }
            Get-CacheKitKey @common -Plain:$plain @block
        }
        function Invoke-Row($operation, $row, $plain) {
            $common = @{
                Interop = $operation; Namespace = 'cross'; ArgumentList = , $row.PowerShell; Ttl = '1h'
                ScriptBlock = [scriptblock]::Create($row.Do ?? $row.PowerShell)
            }
            if ($plain) { Invoke-Cached -Session $inClear @common }
            else { Invoke-SecureCached -Session $session @common }
        }
        function Get-Expected($row) {
            $output = @(. ([scriptblock]::Create($row.PowerShell)))
            if ($output.Count -eq 1 -and $null -eq $output[0]) { return }
            if ($output.Count -eq 1 -and $output[0] -is [object[]]) { $output[0] } else { $output }
        }
        """;

    /// <summary>What a message shows of bytes and objects.</summary>
    private const int Readable = 200;

    private static readonly string[] s_keys = [CrossCheckFixture.MasterKey];

    private static readonly string[] s_reported = ["key", "file_name", "canonical_args"];

    [Fact]
    public void Interop_Python_passes_every_published_vector()
    {
        string vectors = RepositoryRoot.File("tests", "fixtures", "vectors", "interop-mode.json");

        Assert.Equal(48, PythonProgram.CheckItself(vectors));
    }

    [Fact]
    public void Interop_arguments_make_the_key_that_Python_computes()
    {
        IReadOnlyList<JsonElement> theirs = PythonProgram.Do(
            fixture.Redis,
            InteropRows.Arguments.Select(row => new PythonJob("key", "arguments") { Arguments = row.Json }));
        IReadOnlyList<object?> ours = Run(
            """
            foreach ($row in $rows) {
                $report = Get-Key arguments $row $false
                $plain = Get-Key arguments $row $true
                if ($plain.Key -cne $report.Key) { throw 'Without encryption, the key is another one.' }
                "$($report.Key) $($report.FileName) $($report.CanonicalArguments)"
            }
            """,
            InteropRows.Arguments.Select(ToTable)).EnsureSuccess().Values;

        Assert.Equal(InteropRows.Arguments.Count, ours.Count);
        List<string> wrong = [];
        foreach ((ArgumentRow row, object? report, JsonElement answer) in InteropRows.Arguments.Zip(ours, theirs))
        {
            string expected = string.Join(' ', s_reported.Select(name => TextOf(answer, name)));
            if (report as string != expected)
            {
                wrong.Add($"{row.Name}: {Short($"{report}")}, and Python has {Short(expected)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void Interop_unsupported_arguments_have_no_key_on_either_side()
    {
        IReadOnlyList<JsonElement> theirs = PythonProgram.Do(
            fixture.Redis,
            InteropRows.RefusedArguments.Select(row => new PythonJob("key", "refused") { Arguments = row.Json }));
        IReadOnlyList<object?> ours = Run(
            "foreach ($row in $rows) { try { (Get-Key refused $row).Key } catch { $_.FullyQualifiedErrorId } }",
            InteropRows.RefusedArguments.Select(ToTable)).EnsureSuccess().Values;

        Assert.All(theirs, answer => Assert.NotEmpty(TextOf(answer, "error")));
        Assert.Equal(InteropRows.RefusedArguments.Count, ours.Count);
        Assert.All(ours, id => Assert.StartsWith("InteropArgumentInvalid,", (string?)id, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Interop_a_hit_returns_what_Python_wrote_without_running_the_block(bool inClear)
    {
        string operation = inClear ? "python_in_clear" : "python";
        IReadOnlyList<JsonElement> written = PythonProgram.Do(
            fixture.Redis,
            InteropRows.Values.Select(row => JobFor("write", operation, row, inClear)));
        Assert.All(written, answer => Assert.NotEmpty(TextOf(answer, "stored")));

        IReadOnlyList<object?> results = Run(
            $$"""
            foreach ($row in $rows) {
                $row.Do = "throw 'not a hit: $($row.PowerShell -replace "'", "''")'"
                $hit = @(Invoke-Row {{operation}} $row ${{inClear}})
                @{ Before = @(Get-Expected $row); After = $hit }
            }
            """,
            InteropRows.Values.Select(ToTable)).EnsureSuccess().Values;

        AssertSame(InteropRows.Values, results);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Interop_Python_finds_the_bytes_that_it_would_have_written(bool inClear)
    {
        string operation = inClear ? "module_in_clear" : "module";
        ValueRow[] rows = [.. InteropRows.Values, .. InteropRows.OneWayValues];
        IReadOnlyList<object?> results = Run(
            $$"""
            foreach ($row in $rows) {
                $null = Invoke-Row {{operation}} $row ${{inClear}}
                $before = @(Get-Expected $row)
                $row.Do = "throw 'not a hit: $($row.PowerShell -replace "'", "''")'"
                @{ Before = $before; After = @(Invoke-Row {{operation}} $row ${{inClear}}) }
            }
            """,
            rows.Select(ToTable)).EnsureSuccess().Values;
        IReadOnlyList<JsonElement> answers = PythonProgram.Do(
            fixture.Redis,
            rows.Select(row => JobFor("read", operation, row, inClear)));

        AssertSame(InteropRows.Values, results);
        List<string> wrong = [];
        foreach ((ValueRow row, JsonElement answer) in rows.Zip(answers))
        {
            string found = TextOf(answer, "document");
            string expected = TextOf(answer, "canonical_value");
            if (found != expected)
            {
                wrong.Add($"{row.PowerShell}: {Short(found)}, and Python writes {Short(expected)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.All(answers, answer => Assert.InRange(answer.GetProperty("ttl_left").GetInt32(), 3500, 3600));
    }

    [Fact]
    public void Interop_an_unsupported_value_is_returned_and_not_stored()
    {
        IReadOnlyList<ValueRow> rows = InteropRows.RefusedValues;
        ScriptResult result = Run("foreach ($row in $rows) { $null = Invoke-Row refused $row }", rows.Select(ToTable));
        IReadOnlyList<JsonElement> read = PythonProgram.Do(
            fixture.Redis,
            rows.Select(row => JobFor("read", "refused", row with { Json = "null" }, inClear: false)));
        IReadOnlyList<JsonElement> theirs = PythonProgram.Do(
            fixture.Redis,
            rows.Select(row => JobFor("key", "refused", row, inClear: false)));

        Assert.Null(result.Failure);
        Assert.Equal(rows.Count, result.Errors.Count);
        Assert.All(
            result.Errors,
            error => Assert.Matches("^Value(TypeUnsupported|TooDeep),", error.FullyQualifiedErrorId));
        Assert.All(read, answer => Assert.False(answer.GetProperty("found").GetBoolean()));
        Assert.All(theirs, answer => Assert.NotEmpty(TextOf(answer, "error")));
    }

    [Fact]
    public void Interop_items_are_the_same_entries()
    {
        PythonJob job = new("write", "item")
        {
            Arguments = "[1]",
            Value = """{"name": "Python's"}""",
            MasterKeys = s_keys,
            Tenant = CrossCheckFixture.Tenant,
        };
        _ = PythonProgram.Do(fixture.Redis, [job]);
        ScriptResult result = Run(
            """
            $item = @{ Session = $session; Interop = 'item'; Namespace = 'cross'; ArgumentList = 1 }
            (Get-CacheKitItem @item).name
            (Get-CacheKitItem @item -AsHashtable).Keys
            Remove-CacheKitItem @item
            Test-CacheKitItem @item
            $item.ArgumentList = 2
            Set-CacheKitItem @item -Value @{ name = 'mine' } -Ttl 1h
            """,
            []);
        PythonJob read = job with { Command = "read" };
        IReadOnlyList<JsonElement> answers = PythonProgram.Do(
            fixture.Redis,
            [read, read with { Arguments = "[2]", Value = """{"name": "mine"}""" }]);

        Assert.Equal(["Python's", "name", false], result.EnsureSuccess().Values);
        Assert.False(answers[0].GetProperty("found").GetBoolean());
        Assert.Equal(TextOf(answers[1], "canonical_value"), TextOf(answers[1], "document"));
        Assert.InRange(answers[1].GetProperty("ttl_left").GetInt32(), 3500, 3600);
    }

    [Fact]
    public void Interop_an_entry_removed_by_Python_is_computed_again()
    {
        const string Ask = """
            Invoke-SecureCached -Session $session -Interop removed -Namespace cross -ArgumentList 1 { 'mine' }
            """;
        PythonJob job = new("write", "removed")
        {
            Arguments = "[1]",
            Value = "\"Python's\"",
            MasterKeys = s_keys,
            Tenant = CrossCheckFixture.Tenant,
        };

        _ = PythonProgram.Do(fixture.Redis, [job]);
        object? before = Run(Ask, []).EnsureSuccess().Value;
        JsonElement deleted = PythonProgram.Do(fixture.Redis, [job with { Command = "delete" }])[0];
        object? after = Run(Ask, []).EnsureSuccess().Value;
        JsonElement read = PythonProgram.Do(fixture.Redis, [job with { Command = "read" }])[0];

        Assert.Equal("Python's", before);
        Assert.True(deleted.GetProperty("deleted").GetBoolean());
        Assert.Equal("mine", after);
        Assert.Equal("mine", TextOf(read, "value"));
    }

    /// <summary>Runs a script after the functions, with rows in <c>$rows</c>.</summary>
    private ScriptResult Run(string script, IEnumerable<Hashtable> rows) =>
        fixture.Runspace.Run($"& {{ param($rows) {Functions}\n{script} }} @args", [rows.ToArray()]);

    private static PythonJob JobFor(string command, string operation, ValueRow row, bool inClear) =>
        new(command, operation)
        {
            Arguments = JsonSerializer.Serialize<string[]>([row.PowerShell]),
            Value = row.Json,
            MasterKeys = inClear ? null : s_keys,
            Tenant = CrossCheckFixture.Tenant,
            Ttl = 3600,
        };

    private static Hashtable ToTable(ArgumentRow row) =>
        new() { ["PowerShell"] = row.PowerShell, ["Block"] = row.Block };

    private static Hashtable ToTable(ValueRow row) => new() { ["PowerShell"] = row.PowerShell };

    private static void AssertSame(IReadOnlyList<ValueRow> rows, IReadOnlyList<object?> results)
    {
        List<string> wrong = [];
        foreach ((ValueRow row, Hashtable result) in rows.Zip(results.Cast<Hashtable>()))
        {
            (string before, string after) = (ObjectText.Of(result["Before"]), ObjectText.Of(result["After"]));
            if (before != after)
            {
                wrong.Add($"{row.PowerShell}: {Short(after)} is not {Short(before)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.True(results.Count >= rows.Count, $"{results.Count} of {rows.Count} rows ran.");
    }

    private static string TextOf(JsonElement answer, string name) => answer.TryGetProperty(name, out JsonElement text)
        ? text.GetString()!
        : throw new InvalidOperationException($"{answer}");

    private static string Short(string text) => text.Length > Readable
        ? string.Create(CultureInfo.InvariantCulture, $"{text[..Readable]}… ({text.Length})")
        : text;
}
