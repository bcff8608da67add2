using System.Security.Cryptography;
using CacheKit.Core.Tests.Support.Servers;
using CacheKit.PowerShell.Tests.Support;
using CacheKit.StoreServer;
using Xunit;

namespace CacheKit.PowerShell.Tests.EndToEnd;

/// <summary>Single flight among real processes, through the lock of the store that they share.</summary>
public sealed class FleetTests : IDisposable
{
    private const int Processes = 8;

    // Each process says that it is ready, waits for a line, and then asks for the same key. The block says that it runs
    // and goes on at the next line.
    private const string Script = """
        Import-Module CacheKit
        $ErrorActionPreference = 'Stop'
        'ready'
        $null = [Console]::In.ReadLine()
        $output = Invoke-SecureCached -Key shared -LockTimeout 1h -Verbose {
            [Console]::Out.WriteLine('running')
            $null = [Console]::In.ReadLine()
            "result of $PID"
        } 4>&1 | ForEach-Object {
            if ($_ -isnot [System.Management.Automation.VerboseRecord]) { $_ }
            elseif ($_.Message -like 'Waiting for another process*') { [Console]::Out.WriteLine('waiting') }
        }
        $output
        """;

    private readonly IsolatedEnvironment _environment = new();

    public FleetTests()
    {
        Environment.SetEnvironmentVariable("CACHEKIT_MASTER_KEY", new string('7', 64));
        Environment.SetEnvironmentVariable("CACHEKIT_CACHE_PATH", Path.Combine(_environment.Folder, "cache.db"));
        // Eight processes begin at once: who is not answered in time computes for himself, which is not the question here.
        SilentServer.UseLongTimeouts();
    }

    public void Dispose() => _environment.Dispose();

    [Fact]
    public Task SingleFlight_eight_processes_run_the_block_once() => RunOnceAsync();

    [Fact]
    public async Task SingleFlight_eight_processes_on_one_Redis_run_the_block_once()
    {
        using RedisProcess server = RedisProcess.StartServer();
        Environment.SetEnvironmentVariable("CACHEKIT_CACHE_PATH", null);
        Environment.SetEnvironmentVariable("CACHEKIT_REDIS_URL", server.Url);
        await RunOnceAsync();
        // The entry, and no lock that was left behind.
        Assert.Equal(":1", server.Command("DBSIZE"));
    }

    [Fact]
    public async Task SingleFlight_eight_processes_on_one_HTTP_store_run_the_block_once()
    {
        await using HttpStoreServer server = await HttpStoreServer.StartAsync(new HttpStoreServerOptions
        {
            ApiKeyHashes = [Convert.ToHexString(SHA256.HashData("ck_live_fleet"u8))],
        });
        Environment.SetEnvironmentVariable("CACHEKIT_CACHE_PATH", null);
        Environment.SetEnvironmentVariable("CACHEKIT_API_KEY", "ck_live_fleet");
        Environment.SetEnvironmentVariable("CACHEKIT_API_URL", server.Address.ToString());
        Environment.SetEnvironmentVariable("CACHEKIT_ALLOW_CUSTOM_HOST", "true");
        Environment.SetEnvironmentVariable("CACHEKIT_ALLOW_PRIVATE_NETWORK", "true");
        await RunOnceAsync();
    }

    private static async Task RunOnceAsync()
    {
        PwshProcess[] fleet = [.. Enumerable.Range(0, Processes).Select(_ => PwshProcess.Start("-Command", Script))];
        try
        {
            PwshProcess leader = await LetAllAskAsync(fleet);
            leader.WriteLine("go on");
            ProcessResult[] results = await Task.WhenAll(fleet.Select(pwsh => pwsh.WaitAsync()));
            Assert.All(results, result => Assert.Equal(string.Empty, result.Errors));
            Assert.Single(results, result => result.Lines.Contains("running"));
            string output = Assert.Single(results.Select(result => result.Lines[^1]).Distinct());
            Assert.StartsWith("result of ", output, StringComparison.Ordinal);
        }
        finally
        {
            Dispose(fleet);
        }
    }

    [Fact]
    public async Task Memory_of_one_process_drops_what_another_replaced()
    {
        using RedisProcess server = RedisProcess.StartServer();
        Environment.SetEnvironmentVariable("CACHEKIT_CACHE_PATH", null);
        Environment.SetEnvironmentVariable("CACHEKIT_REDIS_URL", server.Url);
        using PwshProcess reader = PwshProcess.Start("-Command", """
            Import-Module CacheKit
            Invoke-SecureCached -Key shared -Ttl 1h { 'old' }
            while ((Invoke-SecureCached -Key shared -Ttl 1h { 'mine' }) -eq 'old') { }
            Invoke-SecureCached -Key shared -Ttl 1h { 'mine' }
            """);
        await reader.WaitForLineAsync("old");
        ProcessResult writer = await PwshProcess.RunAsync(
            "-Command", "Import-Module CacheKit; Invoke-SecureCached -Key shared -Ttl 1h -Refresh { 'new' }");
        Assert.Equal("new", writer.Lines[^1]);
        Assert.Equal("new", (await reader.WaitAsync()).Lines[^1]);
    }

    [Fact]
    public async Task SingleFlight_another_process_computes_when_the_leader_is_killed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGKILL.");
        PwshProcess[] fleet = [.. Enumerable.Range(0, 2).Select(_ => PwshProcess.Start("-Command", Script))];
        try
        {
            PwshProcess leader = await LetAllAskAsync(fleet);
            await leader.SignalAsync("KILL");
            PwshProcess other = fleet.Single(pwsh => pwsh != leader);
            // The lease of the dead one ends by itself.
            await other.WaitForLineAsync("running");
            other.WriteLine("go on");
            ProcessResult result = await other.WaitAsync();
            Assert.Equal(string.Empty, result.Errors);
            Assert.StartsWith("result of ", result.Lines[^1], StringComparison.Ordinal);
        }
        finally
        {
            Dispose(fleet);
        }
    }

    /// <summary>Lets all ask at once, until one runs the block and all others wait.</summary>
    /// <returns>The one that runs it.</returns>
    private static async Task<PwshProcess> LetAllAskAsync(PwshProcess[] fleet)
    {
        await Task.WhenAll(fleet.Select(pwsh => pwsh.WaitForLineAsync("ready")));
        foreach (PwshProcess pwsh in fleet)
        {
            pwsh.WriteLine("start");
        }

        string[] states = await Task.WhenAll(fleet.Select(pwsh => pwsh.WaitForAnyAsync("running", "waiting")));
        Assert.Single(states, state => state == "running");
        return fleet[Array.IndexOf(states, "running")];
    }

    private static void Dispose(PwshProcess[] fleet)
    {
        foreach (PwshProcess pwsh in fleet)
        {
            pwsh.Dispose();
        }
    }
}
