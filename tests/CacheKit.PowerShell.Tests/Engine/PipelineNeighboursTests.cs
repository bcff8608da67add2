using System.Management.Automation;
using System.Reflection;
using CacheKit.PowerShell.Tests.Support;
using Xunit;
using Shell = System.Management.Automation.PowerShell;

namespace CacheKit.PowerShell.Tests.Engine;

/// <summary>
/// What the engine does not make public, in the version that the tests run on, and hosts that run pipelines themselves.
/// </summary>
public sealed class PipelineNeighboursTests
{
    private const string Prepare = """
        $session = New-CacheKitSession -Path $args[0] -NoMemoryTier -MasterKey ('ab' * 32)
        $null = 1..60 | Invoke-SecureCached -Session $session { "$_" }
        $null = Get-CacheKitStatistics -Session $session -Reset
        """;

    [Fact]
    public void Pipeline_the_engine_has_each_member_that_batches_need()
    {
        Type type = ModuleAssembly.Types.Single(type => type.FullName == "CacheKit.Engine.PipelineNeighbours");
        PropertyInfo missing = type.GetProperty("Missing", BindingFlags.Static | BindingFlags.Public)!;
        Assert.Empty((IReadOnlyList<string>)missing.GetValue(null)!);
    }

    [Fact]
    public void Pipeline_a_host_that_collects_the_output_gets_it_in_batches()
    {
        using ModuleRunspace runspace = new();
        runspace.Run(Prepare, Path.Combine(runspace.Environment.Folder, "pipeline.db")).EnsureSuccess();
        using Shell shell = runspace.Prepare("""1..60 | Invoke-SecureCached -Session $session { "$_" }""");
        using PSDataCollection<PSObject> output = [];
        shell.EndInvoke(shell.BeginInvoke<PSObject, PSObject>(input: null, output));
        Assert.Equal(60, output.Count);
        Assert.InRange(ReadsOf(runspace), 6, 30);
    }

    [Fact]
    public void Pipeline_a_host_that_writes_objects_one_by_one_gets_each_in_its_turn()
    {
        using ModuleRunspace runspace = new();
        runspace.Run(Prepare, Path.Combine(runspace.Environment.Folder, "pipeline.db")).EnsureSuccess();
        using Shell shell = runspace.Prepare("process { $_ }");
        shell.Commands.Clear();
        shell.AddCommand("Invoke-SecureCached")
            .AddParameter("Session", runspace.Run("$session").Output.Single())
            .AddParameter("ScriptBlock", runspace.Run("""{ "$_" }""").Output.Single());
        using PSDataCollection<object> input = [];
        using PSDataCollection<PSObject> output = [];
        IAsyncResult running = shell.BeginInvoke(input, output);
        for (int i = 1; i <= 3; i++)
        {
            // The host waits for each answer before it writes the next object.
            input.Add(i);
            Assert.Equal($"{i}", Next(output));
        }

        input.Complete();
        shell.EndInvoke(running);
    }

    private static string Next(PSDataCollection<PSObject> output)
    {
        while (output.Count == 0)
        {
            Thread.Yield();
        }

        return output.ReadAll().Single().ToString();
    }

    private static int ReadsOf(ModuleRunspace runspace) => Convert.ToInt32(
        runspace.Run("(Get-CacheKitStatistics -Session $session).Reads").Output.Single()!.BaseObject,
        System.Globalization.CultureInfo.InvariantCulture);
}
