using CacheKit.Benchmarks.Measuring;

namespace CacheKit.Benchmarks.Rows;

/// <summary>
/// Whole calls of the cmdlet that hit in memory, beside a cmdlet that only accepts the same parameters.
/// </summary>
/// <param name="runspace">Where both run.</param>
internal sealed class CmdletRows(ModuleRunspace runspace)
{
    private const string Baseline = "a cmdlet that only accepts the parameters";

    // What the block would run. Only the first call of each loop does.
    private const string Secrets = """
        function global:Get-Secret { param($Name) "password of $Name" }
        function global:Get-User {
            param($Name)
            [PSCustomObject]@{ Name = $Name; Id = 4711; Enabled = $true; Mail = 'db@example.org'; Quota = 1.5 }
        }
        """;

    /// <summary>The rows; those of the design's table first.</summary>
    public IEnumerable<Row> All()
    {
        yield return Call("text", "$value = {0} -Ttl 300 {{ Get-Secret $name }}", 1.5);
        // No verdict: half of what it adds to the row above is the engine's making of the object.
        yield return Call("an object of five properties", "$value = {0} -Ttl 300 {{ Get-User $name }}", null);
        yield return Call("text, no free variable", "$value = {0} -Ttl 300 {{ Get-Secret DbAdmin }}", null);
        yield return Call("text, by -Key", "$value = {0} -Ttl 300 -Key DbAdmin {{ Get-Secret $name }}", null);
        yield return Call(
            "two piped items",
            "$value = 'a', 'b' | ForEach-Object {{ {0} -Ttl 300 {{ Get-Secret $_ }} }}",
            null);
        yield return new Row("Loop that does nothing", Baseline, null, true, () => (
            runspace.Loop("Baseline", "$value = Invoke-Nothing -Ttl 300 { Get-Secret $name }"),
            runspace.Loop("Empty", "$value = $name")));
    }

    private Row Call(string what, string statement, double? budget) => new(
        $"Invoke-SecureCached, hit in memory: {what}",
        Baseline,
        budget,
        MayAllocate: true,
        () =>
        {
            runspace.Run(Secrets);
            return (
                runspace.Loop("Baseline", string.Format(null, statement, "Invoke-Nothing")),
                runspace.Loop("Subject", string.Format(null, statement, "Invoke-SecureCached")));
        });
}
