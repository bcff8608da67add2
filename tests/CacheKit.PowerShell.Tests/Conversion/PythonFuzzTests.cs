using System.Text.Json;
using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.Conversion;

/// <summary>Random arguments and values: the module and Python encode them alike.</summary>
/// <param name="fixture">Redis, the module and Python.</param>
[Collection(nameof(CrossCheckGroup))]
public sealed class PythonFuzzTests(CrossCheckFixture fixture)
{
    private const int Count = 300;
    private const int Seed = 20261128;

    [Fact]
    public void Interop_random_arguments_match_the_canonical_bytes_of_Python()
    {
        ModelValue[] rows = Generate(ofArguments: true);
        IReadOnlyList<JsonElement> theirs = PythonProgram.Do(
            fixture.Redis,
            rows.Select(row => new PythonJob("key", "fuzz") { Arguments = $"[{row.Json}]" }));
        IReadOnlyList<object?> ours = fixture.Runspace.Run(
            """
            foreach ($row in $args[0]) {
                $report = Get-CacheKitKey -Session $session -Interop fuzz -Namespace cross -ArgumentList @(, $row)
                $report.CanonicalArguments
            }
            """,
            [Objects(rows)]).EnsureSuccess().Values;

        Assert.Equal(Count, ours.Count);
        AssertEqual(rows, theirs.Select(answer => answer.GetProperty("canonical_args").GetString()), ours);
    }

    [Fact]
    public void Interop_random_values_are_stored_as_the_bytes_that_Python_writes()
    {
        ModelValue[] rows = Generate(ofArguments: false);
        fixture.Runspace.Run(
            """
            $values = $args[0]
            for ($i = 0; $i -lt $values.Count; $i++) {
                $options = @{ Session = $session; Namespace = 'cross'; ArgumentList = $i; Ttl = '1h' }
                $null = Invoke-SecureCached -Interop fuzz_value @options { , $values[$args[0]] }
            }
            """,
            [Objects(rows)]).EnsureSuccess();
        IReadOnlyList<JsonElement> answers = PythonProgram.Do(
            fixture.Redis,
            rows.Select((row, i) => new PythonJob("read", "fuzz_value")
            {
                Arguments = $"[{i}]",
                Value = row.Json,
                MasterKeys = [CrossCheckFixture.MasterKey],
                Tenant = CrossCheckFixture.Tenant,
            }));

        AssertEqual(
            rows,
            answers.Select(answer => answer.GetProperty("canonical_value").GetString()),
            answers.Select(answer => answer.GetProperty("document").GetString()));
    }

    private static ModelValue[] Generate(bool ofArguments)
    {
        ModelGenerator generator = new(new Random(Seed), ofArguments);
        return [.. Enumerable.Range(0, Count).Select(_ => generator.Next())];
    }

    private static object?[] Objects(ModelValue[] rows) => [.. rows.Select(row => row.Object)];

    private static void AssertEqual(ModelValue[] rows, IEnumerable<object?> expected, IEnumerable<object?> actual)
    {
        string[] wrong =
        [
            .. rows.Zip(expected, actual)
                .Where(row => !Equals(row.Second, row.Third))
                .Select(row => $"{row.First.Json}: {row.Third}, and Python has {row.Second}"),
        ];
        Assert.True(wrong.Length == 0, $"{wrong.Length} of {rows.Length} differ:\n{string.Join("\n", wrong.Take(3))}");
    }
}
