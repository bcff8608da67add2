using System.Diagnostics;
using System.Globalization;
using CacheKit.Core.Storage.Sqlite;
using CacheKit.Core.Tests.Support;
using CacheKit.StoreWorker;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Sqlite;

/// <summary>Several processes, and those that are killed.</summary>
public sealed class SqliteStoreProcessTests : SqliteStoreTestBase
{
    private const int KeyLength = 10;

    // More than any process comes to before it is killed.
    private const string Endless = "9999999";

    [Fact]
    public async Task Sqlite_a_killed_process_loses_no_write_that_it_reported()
    {
        Random random = new(Environment.TickCount);
        HashSet<string> reported = [];
        for (int round = 10; round < 15; round++)
        {
            int enough = random.Next(1, 900);
            string prefix = round.ToString(CultureInfo.InvariantCulture);
            int before = reported.Count;
            await WriteAndKillAsync(prefix, enough, reported);
            TestContext.Current.TestOutputHelper!.WriteLine($"killed after {reported.Count - before} writes");
            Assert.InRange(reported.Count - before, enough, int.MaxValue);

            // Opens at once, holds all of this round and of those before, and takes new entries.
            await using SqliteStore store = new(
                new SqliteStoreOptions { Path = DatabasePath, BusyTimeout = HangGuard.Limit }, TimeProvider.System);
            foreach (string key in reported)
            {
                byte[]? value = await store.GetAsync(key, Token);
                Assert.True(value is not null && SelfVerifyingValue.IsFor(key, value), key);
            }

            await store.SetAsync("after", Bytes(10), Hour, Token);
            Assert.Empty(Incidents(store));
        }

        Assert.Equal("ok", QueryText("PRAGMA integrity_check"));
    }

    [Fact]
    [Trait("Category", "Stress")]
    public async Task Sqlite_two_processes_on_one_file_cause_no_error_and_read_no_wrong_value()
    {
        string seconds = Environment.GetEnvironmentVariable("CACHEKIT_STRESS_SECONDS") ?? "3";

        // Less than the entries need, so that the two trim as well.
        const string MaxBytes = "1500000";
        // Of each thread, however long they take.
        const string FewestOperations = "100";
        Process[] workers = [.. Enumerable.Range(1, 2).Select(seed => StoreWorkerProcess.Start(
            "hammer", DatabasePath, seconds, FewestOperations, seed.ToString(CultureInfo.InvariantCulture), MaxBytes))];
        foreach (Process worker in workers)
        {
            string output = await worker.StandardOutput.ReadToEndAsync(Token);
            await worker.WaitForExitAsync(Token);
            TestContext.Current.TestOutputHelper!.WriteLine($"operations, errors: {output}");
            string[] parts = output.Split(' ', 3);
            Assert.Equal(0, worker.ExitCode);
            Assert.True(parts[1] == "0", output);
            Assert.InRange(int.Parse(parts[0], CultureInfo.InvariantCulture), 100, int.MaxValue);
            worker.Dispose();
        }

        Assert.Empty(SetAsideFiles);
        Assert.Equal("ok", QueryText("PRAGMA integrity_check"));
    }

    private async Task WriteAndKillAsync(string prefix, int enough, HashSet<string> reported)
    {
        using Process worker = StoreWorkerProcess.Start("write", DatabasePath, prefix, Endless);
        for (int i = 0; i < enough; i++)
        {
            _ = reported.Add((await worker.StandardOutput.ReadLineAsync(Token))!);
        }

        // SIGKILL on Unix. What it had reported before is still in the pipe; its last line may be cut.
        worker.Kill();
        await worker.WaitForExitAsync(Token);
        while (await worker.StandardOutput.ReadLineAsync(Token) is { Length: KeyLength } key)
        {
            _ = reported.Add(key);
        }

        // It was killed while it wrote, and did not end by itself.
        Assert.NotEqual(0, worker.ExitCode);
    }

    private string QueryText(string sql)
    {
        using Microsoft.Data.Sqlite.SqliteConnection connection = OpenDatabase();
        using Microsoft.Data.Sqlite.SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are the tests' own.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (string)command.ExecuteScalar()!;
    }
}
