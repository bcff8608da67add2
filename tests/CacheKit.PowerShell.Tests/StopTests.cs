using System.Management.Automation;
using CacheKit.PowerShell.Tests.Support;
using Microsoft.Data.Sqlite;
using Xunit;
using Shell = System.Management.Automation.PowerShell;

namespace CacheKit.PowerShell.Tests;

/// <summary>Ctrl+C, wherever the cmdlet is.</summary>
public sealed class StopTests : IDisposable
{
    private static readonly TimeSpan s_hang = TimeSpan.FromMinutes(1);

    private readonly ModuleRunspace _runspace = new();
    private readonly string _database;

    public StopTests()
    {
        _database = Path.Combine(_runspace.Environment.Folder, "cache.db");
        Environment.SetEnvironmentVariable("CACHEKIT_MASTER_KEY", new string('7', 64));
        Environment.SetEnvironmentVariable("CACHEKIT_CACHE_PATH", _database);
        _runspace.Run("Invoke-SecureCached -Key first { 1 }").EnsureSuccess();
    }

    public void Dispose()
    {
        _runspace.Dispose();
    }

    [Fact]
    public async Task It_stops_while_it_waits_for_another_process_to_release_the_database()
    {
        using SqliteConnection other = new($"Data Source={_database};Pooling=False");
        other.Open();
        using SqliteCommand command = other.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        command.ExecuteNonQuery();
        using ManualResetEventSlim ran = new();
        _runspace.Run("param($Ran) $global:ran = $Ran", ran);
        using Shell shell = _runspace.Prepare("Invoke-SecureCached -Key second { $ran.Set(); 2 }; 'went on'");
        PSDataCollection<PSObject> output = [];
        IAsyncResult running = shell.BeginInvoke<PSObject, PSObject>(null, output);

        // What comes after the block is the write, which waits for the lock that this test holds.
        Assert.True(ran.Wait(s_hang, TestContext.Current.CancellationToken));
        await shell.StopAsync(null, null).WaitAsync(s_hang, TestContext.Current.CancellationToken);

        Assert.Throws<PipelineStoppedException>(() => shell.EndInvoke(running));
        Assert.Empty(output);
        command.CommandText = "ROLLBACK";
        command.ExecuteNonQuery();
        Assert.Equal(1, _runspace.Run("Invoke-SecureCached -Key first { 'lost' }").Value);
    }

    [Fact]
    public async Task It_stops_inside_the_block_and_stores_nothing()
    {
        using ManualResetEventSlim started = new();
        _runspace.Run("param($Started) $global:started = $Started", started);
        using Shell shell = _runspace.Prepare("Invoke-SecureCached -Key slow { $started.Set(); Start-Sleep -Seconds 600; 2 }");
        IAsyncResult running = shell.BeginInvoke();

        Assert.True(started.Wait(s_hang, TestContext.Current.CancellationToken));
        await shell.StopAsync(null, null).WaitAsync(s_hang, TestContext.Current.CancellationToken);

        Assert.Throws<PipelineStoppedException>(() => shell.EndInvoke(running));
        Assert.Equal("run", _runspace.Run("Invoke-SecureCached -Key slow { 'run' }").Value);
    }
}
