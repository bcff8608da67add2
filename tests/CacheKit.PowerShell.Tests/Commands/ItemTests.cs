using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.Commands;

/// <summary>Items and entries where a script alone cannot show it: prompting, completing.</summary>
public sealed class ItemTests : IDisposable
{
    private readonly ModuleRunspace _runspace = new();

    public ItemTests()
    {
        Environment.SetEnvironmentVariable("CACHEKIT_MASTER_KEY", new string('7', 64));
        UseFile("cache.db");
        _runspace.Run("Set-CacheKitItem one 1").EnsureSuccess();
    }

    public void Dispose()
    {
        _runspace.Dispose();
    }

    [Fact]
    public void Item_clearing_asks_for_confirmation_unless_forced()
    {
        ScriptResult asked = _runspace.Run("Clear-CacheKit");
        // This host cannot ask anybody.
        Assert.Single(asked.Errors);
        Assert.Equal(true, _runspace.Run("Test-CacheKitItem one").Value);
        ScriptResult confirmed = _runspace.Run("Clear-CacheKit -Force -Confirm");
        Assert.Single(confirmed.Errors);
        Assert.Equal(true, _runspace.Run("Test-CacheKitItem one").Value);
        _runspace.Run("Clear-CacheKit -Force").EnsureSuccess();
        Assert.Equal(false, _runspace.Run("Test-CacheKitItem one").Value);
    }

    [Fact]
    public void Item_names_complete_from_memory_for_one_tenant_alone()
    {
        _runspace.Run("Clear-CacheKit -Force").EnsureSuccess();
        _runspace.Run("'it''s', 'a*b', 'plain' | ForEach-Object { Set-CacheKitItem $_ 1 }").EnsureSuccess();
        _runspace.Run("Set-CacheKitItem -Tenant whose-names-complete theirs 1").EnsureSuccess();
        UseFile("none/c.db");
        Assert.Equal(["'a`*b'", "'it''s'", "plain"], Complete("Get-CacheKitItem "));
        Assert.Equal(["'a*b'"], Complete("Set-CacheKitItem a"));
        Assert.Equal(["'a*b'"], Complete("Remove-CacheKitItem -LiteralName a"));
        Assert.Equal(["theirs"], Complete("Get-CacheKitItem -Tenant whose-names-complete "));
        Assert.False(Directory.Exists(Path.Combine(_runspace.Environment.Folder, "none")));
    }

    [Fact]
    public void Item_removed_or_cleared_names_are_not_completed()
    {
        _runspace.Run("Clear-CacheKit -Force; Set-CacheKitItem a 1; Set-CacheKitItem b 1").EnsureSuccess();
        _runspace.Run("Remove-CacheKitItem a").EnsureSuccess();
        Assert.Equal(["b"], Complete("Get-CacheKitItem "));
        _runspace.Run("Clear-CacheKit -Force").EnsureSuccess();
        Assert.DoesNotContain("b", Complete("Get-CacheKitItem "));
    }

    [Fact]
    public void Item_a_value_is_in_no_message()
    {
        ScriptResult result = _runspace.Run(
            "$v = 'the-value'; Set-CacheKitItem s $v -Verbose -Debug; $null = Get-CacheKitItem s -Verbose -Debug; "
            + "$null = Get-CacheKitEntry -Verbose -Debug; Remove-CacheKitItem s -Verbose -Debug");
        result.EnsureSuccess();
        IEnumerable<string> lines = result.Verbose.Concat(result.Debug).Concat(result.Warnings);
        Assert.DoesNotContain(lines, line => line.Contains("the-value"));
    }

    private void UseFile(string name) => Environment.SetEnvironmentVariable(
        "CACHEKIT_CACHE_PATH", Path.Combine(_runspace.Environment.Folder, name));

    private string[] Complete(string line) =>
        [.. _runspace.Run(
            "param($Line) [System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null)"
            + ".CompletionMatches | ForEach-Object CompletionText",
            line).EnsureSuccess().Values.Select(value => (string)value!)];
}
