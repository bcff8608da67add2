using System.Text.Json;
using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.EndToEnd;

/// <summary>Keys, tenants and times to live of entries that the module and Python share.</summary>
/// <param name="fixture">Redis, the module and Python.</param>
[Collection(nameof(CrossCheckGroup))]
public sealed class PythonKeysTests(CrossCheckFixture fixture)
{
    private const string OldKey = CrossCheckFixture.MasterKey;

    private static readonly string s_newKey = new('c', 64);

    private static readonly string[] s_rows = ["tenant", "key", "in clear"];

    // Its place in the ring is what the answer tells of the key that sealed an entry.
    private static readonly string[] s_ring = [s_newKey, OldKey];

    [Fact]
    public void Interop_after_a_rotation_each_side_reads_what_the_other_wrote_before()
    {
        PythonJob job = Job("rotated") with { MasterKeys = [OldKey], Arguments = "[\"theirs\"]" };
        _ = PythonProgram.Do(fixture.Redis, [job]);
        IReadOnlyList<object?> values = Run(
            """
            $null = Get-Value $session rotated ours { 'from the module' }
            $after = New-CacheKitSession -Redis $url -Tenant $tenant -MasterKey ('c' * 64) -PreviousMasterKey $masterKey
            Get-Value $after rotated theirs { throw 'not a hit' }
            Get-Value $after rotated 'written after' { 'under the new key' }
            """).EnsureSuccess().Values;
        PythonJob read = job with { Command = "read", MasterKeys = s_ring };
        IReadOnlyList<JsonElement> answers = PythonProgram.Do(
            fixture.Redis,
            [read with { Arguments = "[\"ours\"]" }, read with { Arguments = "[\"written after\"]" }]);

        Assert.Equal(["from Python", "under the new key"], values);
        Assert.Equal("from the module", answers[0].GetProperty("value").GetString());
        Assert.Equal(1, answers[0].GetProperty("place").GetInt32());
        Assert.Equal("under the new key", answers[1].GetProperty("value").GetString());
        Assert.Equal(0, answers[1].GetProperty("place").GetInt32());
    }

    [Fact]
    public void Interop_an_entry_of_another_tenant_or_key_is_a_miss_with_a_warning_and_replaced()
    {
        PythonJob mine = Job("foreign");
        _ = PythonProgram.Do(
            fixture.Redis,
            [
                mine with { Tenant = "acme", Arguments = "[\"tenant\"]" },
                mine with { MasterKeys = [s_newKey], Arguments = "[\"key\"]" },
                mine with { MasterKeys = null, Arguments = "[\"in clear\"]" },
            ]);
        ScriptResult result = Run("""
            foreach ($row in 'tenant', 'key', 'in clear') { Get-Value $session foreign $row { "computed for $args" } }
            """);
        IReadOnlyList<JsonElement> answers = PythonProgram.Do(
            fixture.Redis,
            s_rows.Select(row => mine with { Command = "read", Arguments = $"[\"{row}\"]" }));

        result.EnsureSuccess();
        Assert.Equal(["computed for tenant", "computed for key", "computed for in clear"], result.Values);
        Assert.Equal(3, result.Warnings.Count);
        Assert.Equal(result.Values, answers.Select(answer => answer.GetProperty("value").GetString()));
    }

    [Fact]
    public void Interop_with_FailClosed_an_entry_that_is_not_authentic_stays_as_evidence()
    {
        PythonJob job = Job("evidence") with { Tenant = "acme", Arguments = "[\"kept\"]" };
        string stored = PythonProgram.Do(fixture.Redis, [job])[0].GetProperty("stored").GetString()!;
        ScriptResult result = Run("Get-Value $session evidence kept { 'computed' } -FailClosed");
        JsonElement read = PythonProgram.Do(fixture.Redis, [job with { Command = "read" }])[0];

        string id = Assert.Single(result.Errors).FullyQualifiedErrorId;
        Assert.StartsWith("EntryNotAuthentic,", id, StringComparison.Ordinal);
        Assert.Empty(result.Output);
        Assert.Equal(stored, read.GetProperty("stored").GetString());
    }

    [Fact]
    public void Interop_the_time_to_live_is_that_of_Redis()
    {
        Run("""
            $null = Get-Value $session ends '90 s' { 1 } -Ttl 90s
            $null = Get-Value $session ends '2 d' { 1 } -Ttl 2d
            """).EnsureSuccess();
        PythonJob job = Job("ends") with { Command = "read" };
        IReadOnlyList<JsonElement> answers = PythonProgram.Do(
            fixture.Redis,
            [
                job with { Arguments = "[\"90 s\"]" }, job with { Arguments = "[\"2 d\"]" },
                // An entry without an end is one that a hit gives, too.
                job with { Command = "write", Arguments = "[\"never\"]" }, job with { Arguments = "[\"never\"]" },
            ]);

        Assert.InRange(answers[0].GetProperty("ttl_left").GetInt32(), 60, 90);
        Assert.InRange(answers[1].GetProperty("ttl_left").GetInt32(), 172_000, 172_800);
        Assert.Equal(-1, answers[3].GetProperty("ttl_left").GetInt32());
        Assert.Equal("from Python", Run("Get-Value $session ends never { throw 'not a hit' }").EnsureSuccess().Value);
    }

    [Fact]
    public void Interop_the_portable_default_is_the_tenant_default()
    {
        _ = PythonProgram.Do(fixture.Redis, [Job("default_tenant") with { Tenant = "default", Arguments = "[\"a\"]" }]);

        ScriptResult result = Run("""
            Get-Value (New-CacheKitSession -Redis $url -MasterKey $masterKey) default_tenant a { throw 'not a hit' }
            """);

        Assert.Equal("from Python", result.EnsureSuccess().Value);
    }

    private static PythonJob Job(string operation) => new("write", operation)
    {
        Value = "\"from Python\"",
        MasterKeys = [OldKey],
        Tenant = CrossCheckFixture.Tenant,
    };

    private ScriptResult Run(string script) => fixture.Runspace.Run($$"""
        & {
            function Get-Value($session, $operation, $argument, $block, $ttl = '1h', [switch] $failClosed) {
                $options = @{ Session = $session; Namespace = 'cross'; ArgumentList = $argument; Ttl = $ttl }
                Invoke-SecureCached -Interop $operation @options -FailClosed:$failClosed $block
            }
            {{script}}
        }
        """);
}
