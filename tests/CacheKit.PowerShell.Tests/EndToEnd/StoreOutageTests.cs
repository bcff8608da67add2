using System.Management.Automation;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using CacheKit.PowerShell.Tests.Support;
using Xunit;
using Shell = System.Management.Automation.PowerShell;

namespace CacheKit.PowerShell.Tests.EndToEnd;

/// <summary>What a script sees of a Redis that is down, hangs or does not let it in.</summary>
public sealed class StoreOutageTests : IDisposable
{
    private const string FiveCalls =
        "1..5 | ForEach-Object { $n = $_; Invoke-SecureCached -Key \"five $n\" { \"made $n\" } }";

    private static readonly string[] s_five = [.. Enumerable.Range(1, 5).Select(n => $"made {n}")];

    private readonly ModuleRunspace _runspace = new();

    public StoreOutageTests()
    {
        Environment.SetEnvironmentVariable("CACHEKIT_MASTER_KEY", new string('7', 64));
    }

    public void Dispose() => _runspace.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("$ErrorActionPreference = 'Stop'; ")]
    [InlineData("$PSDefaultParameterValues['Invoke-SecureCached:FailClosed'] = $true; ")]
    public void Outage_a_store_that_is_down_is_one_warning_and_the_script_goes_on(string before)
    {
        Use($"redis://127.0.0.1:{FreePort.Take()}");
        ScriptResult result = _runspace.Run(before + FiveCalls).EnsureSuccess();
        Assert.Equal(s_five, result.Values);
        Assert.Contains("The script goes on without it.", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Empty(result.Errors);
    }

    [Theory]
    [InlineData("")]
    [InlineData("$PSDefaultParameterValues['Invoke-SecureCached:FailClosed'] = $true; ")]
    public void Outage_a_wrong_password_is_one_error_and_the_script_goes_on(string before)
    {
        using RedisProcess server = RedisProcess.StartServer("--requirepass", "right-password-71");
        Use($"redis://:wrong-password-72@127.0.0.1:{server.Port}");
        ScriptResult result = _runspace.Run(before + FiveCalls);
        Assert.Null(result.Failure);
        Assert.Equal(s_five, result.Values);
        Assert.Empty(result.Warnings);
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.StartsWith("StoreAuthenticationFailed,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.AuthenticationError, error.CategoryInfo.Category);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
        Assert.DoesNotContain("password-7", $"{error} {error.Exception} {error.ErrorDetails}", StringComparison.Ordinal);
    }

    [Fact]
    public void Outage_a_wrong_password_stops_a_script_that_prefers_to_stop()
    {
        using RedisProcess server = RedisProcess.StartServer("--requirepass", "right-password-71");
        Use($"redis://:wrong-password-72@127.0.0.1:{server.Port}");
        ScriptResult result = _runspace.Run("$ErrorActionPreference = 'Stop'; " + FiveCalls);
        Assert.StartsWith(
            "StoreAuthenticationFailed,", result.Failure?.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(result.Values);
    }

    [Fact]
    public async Task Stop_ends_a_call_while_the_store_hangs()
    {
        using RedisProcess server = RedisProcess.StartServer();
        Use(server.Url);
        SilentServer.UseLongTimeouts();
        _runspace.Run("Invoke-SecureCached -Key first { 1 }").EnsureSuccess();
        server.Pause();
        using ManualResetEventSlim started = new();
        _runspace.Run("param($Started) $global:started = $Started", started);
        using Shell shell = _runspace.Prepare("$started.Set(); Invoke-SecureCached -Key second { 2 }; 'went on'");
        PSDataCollection<PSObject> output = [];
        IAsyncResult running = shell.BeginInvoke<PSObject, PSObject>(null, output);
        Assert.True(started.Wait(HangGuard.Limit, TestContext.Current.CancellationToken));
        await shell.StopAsync(null, null).WaitAsync(HangGuard.Limit, TestContext.Current.CancellationToken);
        Assert.Throws<PipelineStoppedException>(() => shell.EndInvoke(running));
        Assert.Empty(output);
    }

    private static void Use(string url) => Environment.SetEnvironmentVariable("CACHEKIT_REDIS_URL", url);
}
