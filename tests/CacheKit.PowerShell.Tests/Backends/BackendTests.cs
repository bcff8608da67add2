using System.Management.Automation;
using CacheKit.Core.Tests.Support;
using CacheKit.PowerShell.Tests.Support;
using Xunit;
using Shell = System.Management.Automation.PowerShell;

namespace CacheKit.PowerShell.Tests.Backends;

/// <summary>Stores of the user's own: the sample, Ctrl+C, and calls that no pipeline waits for.</summary>
public sealed class BackendTests : IDisposable
{
    private readonly ModuleRunspace _runspace = new();

    public BackendTests()
    {
        Environment.SetEnvironmentVariable("CACHEKIT_MASTER_KEY", new string('7', 64));
    }

    public void Dispose()
    {
        _runspace.Run("Get-CacheKitBackend | Unregister-CacheKitBackend");
        _runspace.Dispose();
    }

    [Fact]
    public async Task Backend_the_sample_runs_as_promised()
    {
        ProcessResult result = await PwshProcess.RunAsync(
            "-File", RepositoryRoot.File("samples", "folder-backend.ps1"));

        Assert.Equal(string.Empty, result.Errors);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(4, result.Lines.Count);
        Assert.All(result.Lines.Take(3), line => Assert.EndsWith(" made by the first", line, StringComparison.Ordinal));
        Assert.EndsWith(" 1", result.Lines[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get")]
    [InlineData("Set")]
    [InlineData("Lock")]
    public async Task Stop_ends_a_block_of_a_backend(string block)
    {
        using ManualResetEventSlim started = new();
        Prepare(started, block);
        using Shell shell = _runspace.Prepare("Invoke-SecureCached -Session $session -Key slow { 2 }; 'went on'");
        PSDataCollection<PSObject> output = [];
        IAsyncResult running = shell.BeginInvoke<PSObject, PSObject>(null, output);

        Assert.True(started.Wait(HangGuard.Limit, TestContext.Current.CancellationToken));
        await shell.StopAsync(null, null).WaitAsync(HangGuard.Limit, TestContext.Current.CancellationToken);

        Assert.Throws<PipelineStoppedException>(() => shell.EndInvoke(running));
        Assert.DoesNotContain("went on", output.Select(item => item.ToString()));
        Assert.Empty(shell.Streams.Error);
        _runspace.Run("$global:isSlow = $false");
        ScriptResult after = _runspace.Run("Invoke-SecureCached -Session $session -Key other { 'run' }");
        Assert.Equal("run", after.Value);
        Assert.Empty(after.Warnings);
    }

    [Fact]
    public async Task Stop_leaves_a_lock_without_calling_the_unlock_block()
    {
        using ManualResetEventSlim started = new();
        Prepare(started, "none");
        using Shell shell = _runspace.Prepare(
            "Invoke-SecureCached -Session $session -Key slow { $started.Set(); Start-Sleep -Seconds 3600 }");
        IAsyncResult running = shell.BeginInvoke();

        Assert.True(started.Wait(HangGuard.Limit, TestContext.Current.CancellationToken));
        await shell.StopAsync(null, null).WaitAsync(HangGuard.Limit, TestContext.Current.CancellationToken);

        Assert.Throws<PipelineStoppedException>(() => shell.EndInvoke(running));
        Assert.Equal("get lock get", _runspace.Run("$global:calls -join ' '").Value);
        Assert.Equal("run", _runspace.Run("Invoke-SecureCached -Session $session -Key slow { 'run' }").Value);
    }

    private void Prepare(ManualResetEventSlim started, string slowBlock)
    {
        _runspace.Run(
            """
            param($Started, $Slow)
            $global:started = $Started
            $global:slow = $Slow
            $global:isSlow = $true
            $global:calls = [Collections.Generic.List[string]]::new()
            $global:table = @{}
            function global:Enter-Block {
                param($Name)
                $calls.Add($Name.ToLowerInvariant())
                if ($isSlow -and $Name -eq $slow) {
                    $started.Set()
                    Start-Sleep -Seconds 3600
                }
            }
            Register-CacheKitBackend Slow -Force -Get { param($Key) Enter-Block Get; , $table[$Key] } -Set {
                param($Key, $Value) Enter-Block Set; $table[$Key] = $Value
            } -Remove { param($Key) Enter-Block Remove } -Lock { param($Key) Enter-Block Lock; $true } -Unlock {
                param($Key) Enter-Block Unlock
            }
            $global:session = New-CacheKitSession -Backend Slow -NoMemoryTier
            """,
            started,
            slowBlock).EnsureSuccess();
    }
}
