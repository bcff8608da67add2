using System.Diagnostics;
using System.Globalization;
using CacheKit.Core.Formats;
using StackExchange.Redis;

namespace CacheKit.Core.Storage.Redis;

/// <summary>Asks a Redis about itself, and tries what the cache does there on a key of its own.</summary>
internal sealed class RedisExamination
{
    private static readonly TimeSpan s_life = TimeSpan.FromSeconds(10);

    private readonly RedisStore _store;
    private readonly ConnectionMultiplexer _multiplexer;
    private readonly RedisConnection _connection;
    private readonly TimeSpan _silence;

    /// <summary>Makes an examination.</summary>
    /// <param name="store">The store through which the rights are tried.</param>
    /// <param name="multiplexer">The connection.</param>
    /// <param name="connection">What it was made of.</param>
    /// <param name="silence">How long the server may be silent.</param>
    public RedisExamination(
        RedisStore store, ConnectionMultiplexer multiplexer, RedisConnection connection, TimeSpan silence)
    {
        _store = store;
        _multiplexer = multiplexer;
        _connection = connection;
        _silence = silence;
    }

    /// <summary>Runs it.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TimeoutException">The server was silent for too long.</exception>
    public async Task<RedisDescription> RunAsync(CancellationToken cancellationToken)
    {
        string key = PhysicalKey.NewProbe();
        byte[] value = [1];
        bool canWrite = await TryAsync(
            async () => await _store.SetAsync(key, value, s_life, cancellationToken).ConfigureAwait(false))
            .ConfigureAwait(false);
        Stopwatch clock = Stopwatch.StartNew();
        bool canRead = await TryAsync(
            async () => _ = await _store.GetAsync(key, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        TimeSpan roundTrip = clock.Elapsed;
        bool canList = await TryAsync(
            async () => _ = await _store.AnyAsync(key, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        bool canLock = await TryLockAsync(key, cancellationToken).ConfigureAwait(false);
        bool canRemove = await TryAsync(
            async () => _ = await _store.RemoveAsync(key, cancellationToken).ConfigureAwait(false))
            .ConfigureAwait(false);

        // Subscribing goes on in the background, and may take longer than all of the above.
        await _store.UntilHearingIsKnownAsync(_silence, cancellationToken).ConfigureAwait(false);
        RedisDescription rights = new()
        {
            Mode = "standalone",
            UsesTls = _connection.UsesTls,
            RoundTrip = roundTrip,
            HearsChanges = _store.HearsChanges,
            CanWrite = canWrite,
            CanRead = canRead,
            CanRemove = canRemove,
            CanLock = canLock,
            CanList = canList,
        };
        return await AskAsync(rights, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> TryAsync(Func<Task> operation)
    {
        try
        {
            await operation().ConfigureAwait(false);
            return true;
        }
        catch (StoreException exception) when (!exception.IsTransient && !exception.IsConfiguration)
        {
            return false;
        }
    }

    private async Task<bool> TryLockAsync(string key, CancellationToken cancellationToken)
    {
        bool isHeld = false;
        bool isAllowed = await TryAsync(async () =>
        {
            IStoreLock? taken = await _store.TryLockAsync(key, s_life, cancellationToken).ConfigureAwait(false);
            if (taken is not null)
            {
                await using (taken.ConfigureAwait(false))
                {
                    isHeld = await taken.RenewAsync(s_life, cancellationToken).ConfigureAwait(false);
                }
            }
        }).ConfigureAwait(false);
        return isAllowed && isHeld;
    }

    private async Task<RedisDescription> AskAsync(RedisDescription description, CancellationToken cancellationToken)
    {
        IServer? server = Array.Find(_multiplexer.GetServers(), server => server.IsConnected && !server.IsReplica);
        if (server is null)
        {
            return description;
        }

        Dictionary<string, string> facts = await FactsAsync(server, cancellationToken).ConfigureAwait(false);
        string mode = server.ServerType == ServerType.Cluster ? "cluster" : "standalone";
        return description with
        {
            Mode = _connection.UsesSentinel ? "sentinel" : mode,
            Version = facts.GetValueOrDefault("redis_version"),
            Role = facts.GetValueOrDefault("role"),
            MaxMemoryPolicy = facts.GetValueOrDefault("maxmemory_policy"),
            UsedMemory = Number(facts, "used_memory"),
            MaxMemory = Number(facts, "maxmemory"),
            ClockOffset = await ClockOffsetAsync(server, cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task<Dictionary<string, string>> FactsAsync(IServer server, CancellationToken cancellationToken)
    {
        Dictionary<string, string> facts = [];
        try
        {
            IGrouping<string, KeyValuePair<string, string>>[] sections = await server.InfoAsync()
                .WaitAsync(_silence, cancellationToken).ConfigureAwait(false);
            foreach (KeyValuePair<string, string> fact in sections.SelectMany(section => section))
            {
                facts[fact.Key] = fact.Value;
            }
        }
        catch (Exception exception) when (exception is RedisServerException or RedisCommandException)
        {
            // INFO is not for everyone.
        }

        return facts;
    }

    private async Task<TimeSpan?> ClockOffsetAsync(IServer server, CancellationToken cancellationToken)
    {
        try
        {
            DateTimeOffset before = DateTimeOffset.UtcNow;
            DateTime time = await server.TimeAsync().WaitAsync(_silence, cancellationToken).ConfigureAwait(false);
            TimeSpan half = (DateTimeOffset.UtcNow - before) / 2;
            return new DateTimeOffset(time, TimeSpan.Zero) - (before + half);
        }
        catch (Exception exception) when (exception is RedisServerException or RedisCommandException)
        {
            return null;
        }
    }

    private static long? Number(Dictionary<string, string> facts, string name) =>
        long.TryParse(facts.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : null;
}
