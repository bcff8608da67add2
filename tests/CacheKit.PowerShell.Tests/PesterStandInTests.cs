using System.Management.Automation;
using CacheKit.PowerShell.Tests.PesterStandIn;
using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests;

/// <summary>The stand-in for Pester ends every kind of test as Pester does, failures above all.</summary>
public sealed class PesterStandInTests
{
    [Theory]
    [InlineData("Scopes", 28, 7, 5)]
    [InlineData("Should", 32, 32, 0)]
    public void Tests_end_as_their_names_say(string fixture, int passed, int failed, int skipped)
    {
        IReadOnlyList<(string Name, PesterResult Result)> results = Run(fixture);

        Assert.All(results, result => Assert.Equal(Promise(result.Name), result.Result.Outcome));
        Assert.Equal(passed, results.Count(result => result.Result.Outcome == PesterOutcome.Passed));
        Assert.Equal(failed, results.Count(result => result.Result.Outcome == PesterOutcome.Failed));
        Assert.Equal(skipped, results.Count(result => result.Result.Outcome == PesterOutcome.Skipped));
    }

    [Fact]
    public void An_installed_Pester_ends_every_test_the_same()
    {
        Assert.SkipWhen(InstalledPester.Instance is null, "There is no pwsh with Pester here.");
        foreach (string fixture in new[] { "Scopes", "Should", "BrokenTeardown" })
        {
            using IsolatedEnvironment environment = new();
            ILookup<string, PesterResult> installed =
                InstalledPester.Instance.Run(FixturePath(fixture), environment.Folder);

            Assert.All(
                Run(fixture),
                test => Assert.Equal(test.Result.Outcome, Assert.Single(installed[test.Name]).Outcome));
        }
    }

    [Fact]
    public void Names_are_expanded_and_joined()
    {
        IEnumerable<string> names = Run("Scopes").Select(result => result.Name);

        Assert.Contains("ForEach.passes: letter a", names);
        Assert.Contains("ForEach.passes: Ada, born 1815", names);
        Assert.Contains("ForEach.block for Alan.passes: Alan with 2", names);
    }

    [Theory]
    [InlineData("Failing.fails: by exception", "boom")]
    [InlineData("Failing.fails: by assertion, and what follows is not run", "Expected the value to be 2, but got 1.")]
    [InlineData("Failing.teardown.fails: with its AfterEach", "no teardown")]
    [InlineData("Failing.block set-up.deeper.fails: with the BeforeAll around", "no set-up")]
    [InlineData("Skipping.skips: by decision", "is skipped, because the test says so")]
    public void Results_say_why(string name, string reason)
    {
        PesterResult result = Run("Scopes").Single(result => result.Name == name).Result;

        Assert.Contains(reason, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_assertion_repeats_the_reason_given()
    {
        const string Expected = "Expected the value to be 2, but got 1. Because one is not two.";

        Assert.StartsWith(Expected, Run("Should")[^1].Result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_AfterAll_fails_the_tests_of_its_block()
    {
        IReadOnlyList<(string Name, PesterResult Result)> results = Run("BrokenTeardown");

        Assert.Equal(PesterOutcome.Failed, results[0].Result.Outcome);
        Assert.Contains("no teardown", results[0].Result.Message, StringComparison.Ordinal);
        Assert.Equal(PesterOutcome.Passed, results[1].Result.Outcome);
    }

    [Fact]
    public void A_fault_in_discovery_is_thrown()
    {
        RuntimeException fault = Assert.Throws<RuntimeException>(() => Run("BrokenDiscovery"));

        Assert.Equal("a fault outside of any test", fault.Message);
    }

    [Fact]
    public void The_test_drive_is_gone_afterwards()
    {
        using IsolatedEnvironment environment = new();
        Environment.SetEnvironmentVariable("TMPDIR", environment.Folder);
        using PesterFileRun run = new(FixturePath("Scopes"));
        run.Run();

        Assert.Empty(Directory.GetDirectories(environment.Folder, "pester-*"));
    }

    private static PesterOutcome Promise(string name)
    {
        string test = name[(name.LastIndexOf('.', name.IndexOf(':', StringComparison.Ordinal)) + 1)..];
        return test.Split(':')[0] switch
        {
            "passes" => PesterOutcome.Passed,
            "fails" => PesterOutcome.Failed,
            "skips" => PesterOutcome.Skipped,
            _ => throw new InvalidOperationException($"'{name}' promises nothing."),
        };
    }

    private static IReadOnlyList<(string Name, PesterResult Result)> Run(string fixture)
    {
        using IsolatedEnvironment environment = new();
        using PesterFileRun run = new(FixturePath(fixture));
        run.Run();
        return [.. run.Tests.Select(test => (test.Path, test.Result))];
    }

    private static string FixturePath(string name)
    {
        return Path.Combine(AppContext.BaseDirectory, "PesterStandIn", "fixtures", $"{name}.Tests.ps1");
    }
}
