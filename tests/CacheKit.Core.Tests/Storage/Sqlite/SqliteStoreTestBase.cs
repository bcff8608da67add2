using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Sqlite;
using CacheKit.Core.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Sqlite;

/// <summary>What the tests of the SQLite store share: a directory, a clock and a way to look into the file.</summary>
public abstract class SqliteStoreTestBase : IDisposable
{
    private readonly TempDirectory _directory = new();

    protected static TimeSpan Hour { get; } = TimeSpan.FromHours(1);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));

    protected string Folder => _directory.Path;

    protected string DatabasePath => _directory.File("cache.db");

    protected string[] SetAsideFiles =>
        [.. Directory.GetFiles(Folder, "cache.db.corrupt-*").Where(file => file.EndsWith('Z')).Order()];

    public void Dispose()
    {
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    protected SqliteStore Open(Func<SqliteStoreOptions, SqliteStoreOptions>? change = null)
    {
        SqliteStoreOptions options = new() { Path = DatabasePath, BusyTimeout = HangGuard.Limit };
        return new SqliteStore(change is null ? options : change(options), Clock);
    }

    protected static byte[] Bytes(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    protected static async Task FillAsync(ICacheStore store, int count, int length, string prefix = "key")
    {
        for (int i = 0; i < count; i++)
        {
            await store.SetAsync($"{prefix} {i}", Bytes(length, i), Hour, Token);
        }
    }

    protected static async Task<StoreException> FaultAsync(StoreFault fault, Func<Task> operation)
    {
        StoreException exception = await Assert.ThrowsAsync<StoreException>(operation);
        Assert.Equal(fault, exception.Fault);
        return exception;
    }

    protected static List<StoreIncident> Incidents(params SqliteStore[] stores)
    {
        List<StoreIncident> incidents = [];
        foreach (SqliteStore store in stores)
        {
            while (store.TryTakeIncident(out StoreIncident? incident))
            {
                incidents.Add(incident);
            }
        }

        return incidents;
    }

    /// <summary>Another program's look into the file.</summary>
    protected SqliteConnection OpenDatabase()
    {
        SqliteConnection connection = new($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        return connection;
    }

    protected long Query(string sql)
    {
        using SqliteConnection connection = OpenDatabase();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are the tests' own.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar() as long? ?? 0;
    }
}
