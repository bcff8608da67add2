using System.Management.Automation;
using CacheKit.Core.Tests.Support;
using CacheKit.PowerShell.Tests.Support;
using Xunit;
using Shell = System.Management.Automation.PowerShell;

namespace CacheKit.PowerShell.Tests.Execution;

/// <summary>Ctrl+C, wherever the cmdlet is.</summary>
public sealed class StopTests : IDisposable
{
    private readonly ModuleRunspace _runspace = new();

    public StopTests()
    {
        Environment.SetEnvironmentVariable("CACHEKIT_MASTER_KEY", new string('7', 64));
        Environment.SetEnvironmentVariable("CACHEKIT_CACHE_PATH", Path.Combine(_runspace.Environment.Folder, "cache.db"));
        _runspace.Run("Invoke-SecureCached -Key first { 1 }").EnsureSuccess();
    }

    public void Dispose()
    {
        _runspace.Dispose();
    }

    [Theory]
    [InlineData("Invoke-SecureCached -Key second { 2 }")]
    [InlineData("Get-CacheKitEntry")]
    [InlineData("Get-CacheKitItem o*")]
    [InlineData("Get-CacheKitItem one")]
    [InlineData("Remove-CacheKitItem one")]
    [InlineData("Clear-CacheKit -Force")]
    public async Task Stop_ends_a_wait_for_a_store_that_does_not_answer(string command)
    {
        using SilentServer server = new();
        using Shell shell = _runspace.Prepare($"{command}; 'went on'");
        PSDataCollection<PSObject> output = [];
        IAsyncResult running = shell.BeginInvoke<PSObject, PSObject>(null, output);

        await server.Asked.WaitAsync(HangGuard.Limit, TestContext.Current.CancellationToken);
        await shell.StopAsync(null, null).WaitAsync(HangGuard.Limit, TestContext.Current.CancellationToken);

        Assert.Throws<PipelineStoppedException>(() => shell.EndInvoke(running));
        Assert.Empty(output);
        Assert.Empty(shell.Streams.Warning);
        Assert.Empty(shell.Streams.Error);
    }

    [Fact]
    public async Task Stop_inside_the_block_stores_nothing()
    {
        using ManualResetEventSlim started = new();
        _runspace.Run("param($Started) $global:started = $Started", started);
        using Shell shell = _runspace.Prepare("Invoke-SecureCached -Key slow { $started.Set(); Start-Sleep 3600; 2 }");
        IAsyncResult running = shell.BeginInvoke();

        Assert.True(started.Wait(HangGuard.Limit, TestContext.Current.CancellationToken));
        await shell.StopAsync(null, null).WaitAsync(HangGuard.Limit, TestContext.Current.CancellationToken);

        Assert.Throws<PipelineStoppedException>(() => shell.EndInvoke(running));
        Assert.Equal("run", _runspace.Run("Invoke-SecureCached -Key slow { 'run' }").Value);
    }

    [Fact]
    public async Task Stop_ends_a_wait_for_another_runspace_that_computes()
    {
        using ManualResetEventSlim started = new();
        using ManualResetEventSlim gate = new();
        using ModuleRunspace other = new(beside: _runspace);
        other.Run("param($Started, $Gate) $global:started = $Started; $global:gate = $Gate", started, gate);
        using Shell leader = other.Prepare("Invoke-SecureCached -Key shared { $started.Set(); $gate.Wait(); 1 }");
        IAsyncResult leading = leader.BeginInvoke();
        Assert.True(started.Wait(HangGuard.Limit, TestContext.Current.CancellationToken));

        using Shell shell = _runspace.Prepare(
            "Invoke-SecureCached -Key shared -LockTimeout 1h { 2 } -Verbose; 'went on'");
        PSDataCollection<PSObject> output = [];
        using ManualResetEventSlim waits = new();
        shell.Streams.Verbose.DataAdded += (_, _) => waits.Set();
        IAsyncResult waiting = shell.BeginInvoke<PSObject, PSObject>(null, output);
        Assert.True(waits.Wait(HangGuard.Limit, TestContext.Current.CancellationToken));
        await shell.StopAsync(null, null).WaitAsync(HangGuard.Limit, TestContext.Current.CancellationToken);

        Assert.Throws<PipelineStoppedException>(() => shell.EndInvoke(waiting));
        Assert.Empty(output);
        gate.Set();
        Assert.Single(leader.EndInvoke(leading));
    }

    [Fact]
    public async Task Stop_of_the_leading_runspace_lets_a_waiting_one_take_over()
    {
        using ManualResetEventSlim started = new();
        using ModuleRunspace other = new(beside: _runspace);
        other.Run("param($Started) $global:started = $Started", started);
        using Shell leader = other.Prepare("Invoke-SecureCached -Key taken { $started.Set(); Start-Sleep 3600; 1 }");
        IAsyncResult leading = leader.BeginInvoke();
        Assert.True(started.Wait(HangGuard.Limit, TestContext.Current.CancellationToken));

        using Shell shell = _runspace.Prepare("Invoke-SecureCached -Key taken -LockTimeout 1h { 2 } -Verbose");
        using ManualResetEventSlim waits = new();
        shell.Streams.Verbose.DataAdded += (_, _) => waits.Set();
        IAsyncResult waiting = shell.BeginInvoke();
        Assert.True(waits.Wait(HangGuard.Limit, TestContext.Current.CancellationToken));
        await leader.StopAsync(null, null).WaitAsync(HangGuard.Limit, TestContext.Current.CancellationToken);

        Assert.Throws<PipelineStoppedException>(() => leader.EndInvoke(leading));
        Assert.Equal(2, shell.EndInvoke(waiting).Single().BaseObject);
    }
}
