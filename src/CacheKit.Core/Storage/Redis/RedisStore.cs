using System.Diagnostics.CodeAnalysis;
using CacheKit.Core.Diagnostics;
using StackExchange.Redis;

namespace CacheKit.Core.Storage.Redis;

/// <summary>
/// A store in Redis: one server, a Cluster, or the primary that Sentinels name. Connected at the first operation, over
/// one multiplexer for all stores of this process with the same connection.
/// </summary>
/// <remarks>
/// Reads, writes and locks go to primaries alone. An operation takes at most the time to connect and the time that the
/// server may be silent; a batch as long as answers keep coming, and a write a second more for each 8 MiB. From 8 MiB
/// on, values are written on a connection of their own.
/// </remarks>
public sealed partial class RedisStore : ICacheStore, IPagedListing
{
    /// <summary>The longest time to live that is passed on: Redis computes the moment of the end in 64 bits.</summary>
    private static readonly TimeSpan s_longestLife = TimeSpan.FromDays(36_500);

    // The library knows better why it could not connect, and says so at the end of its time.
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(100);

    private readonly RedisStoreOptions _options;
    private readonly RedisConnection _connection;
    private readonly RedisFaults _faults;
    private readonly RedisChanges _changes;
    private readonly RedisBatch _batch;
    private readonly SharedMultiplexer _multiplexer;
    private readonly LargeValueConnection _large;

    private int _isDisposed;

    /// <summary>Makes a store; connects to nothing.</summary>
    /// <param name="options">Which Redis, and how long to wait for it.</param>
    /// <exception cref="CacheKitException">The connection cannot be read: see <see cref="RedisConnection.Parse"/>.
    /// </exception>
    /// <exception cref="ArgumentException">A number of the options is out of its range.</exception>
    public RedisStore(RedisStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _connection = RedisConnection.Parse(options);
        _options = options;
        _batch = new RedisBatch(options.Clock);
        _faults = new RedisFaults(_connection);
        _changes = new RedisChanges(options.ListensForChanges);
        _multiplexer = SharedMultiplexers.Rent(_connection);
        _large = new LargeValueConnection(_connection, options.MaxValueBytes);
    }

    /// <inheritdoc/>
    public string DisplayName => _connection.DisplayName;

    /// <inheritdoc/>
    public StoreCapabilities Capabilities =>
        StoreCapabilities.Listing | StoreCapabilities.Locking | StoreCapabilities.LockRenewal;

    /// <summary>Whether changes that others make are heard right now.</summary>
    internal bool HearsChanges => _changes.IsHearing;

    /// <inheritdoc cref="RedisChanges.UntilKnownAsync"/>
    internal ValueTask UntilHearingIsKnownAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        _changes.UntilKnownAsync(timeout, cancellationToken);

    /// <summary>Nothing happens to it that it could mend.</summary>
    /// <param name="incident">Always null.</param>
    public bool TryTakeIncident([NotNullWhen(true)] out StoreIncident? incident)
    {
        incident = null;
        return false;
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return await RunAsync(
            key,
            static (database, key) => database.StringGetAsync(RedisKeys.OfEntry(key), CommandFlags.DemandMaster),
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<byte[]?>> GetManyAsync(
        IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (string key in keys)
        {
            ArgumentException.ThrowIfNullOrEmpty(key, nameof(keys));
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (keys.Count == 0)
        {
            return [];
        }

        ConnectionMultiplexer multiplexer = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await GuardAsync(
            _batch.GetAsync(multiplexer.GetDatabase(), keys, _options.OperationTimeout, cancellationToken),
            multiplexer,
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask SetAsync(
        string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeToLive, TimeSpan.Zero);
        CheckSize(value.Length);
        // A copy, since a write whose caller went away may go out later, when the caller's buffer holds something else.
        (string Key, byte[] Value, TimeSpan Life) entry = (key, value.ToArray(), InMilliseconds(timeToLive));
        _ = await WriteAsync(
            key,
            value.Length,
            entry,
            static (database, entry) => database.StringSetAsync(
                RedisKeys.OfEntry(entry.Key), entry.Value, entry.Life, flags: CommandFlags.DemandMaster),
            cancellationToken).ConfigureAwait(false);
        _changes.Tell(key);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        bool wasThere = await WriteAsync(
            key,
            0,
            key,
            static (database, key) => database.KeyDeleteAsync(RedisKeys.OfEntry(key), CommandFlags.DemandMaster),
            cancellationToken).ConfigureAwait(false);
        _changes.Tell(key);
        return wasThere;
    }

    /// <inheritdoc/>
    public async ValueTask<IStoreLock?> TryLockAsync(
        string key, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        RedisStoreLock taken = new(this, RedisKeys.OfLock(key));
        try
        {
            return await RunAsync(
                (Lock: taken, Lease: InMilliseconds(lease)),
                static (database, take) => take.Lock.TakeAsync(database, take.Lease),
                cancellationToken).ConfigureAwait(false)
                ? taken
                : null;
        }
        catch (Exception exception)
            when (exception is OperationCanceledException or StoreException { Fault: StoreFault.TimedOut })
        {
            // It may be granted yet, for nobody. Its release goes the same way, and comes after it.
            taken.Abandon();
            throw;
        }
    }

    /// <inheritdoc/>
    public void ListenForChanges(Action<string?> listener) => _changes.Add(listener);

    /// <summary>Finds out what the server says of itself, and what this user may do on it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreException">The server cannot be reached, or does not let the user in.</exception>
    public async ValueTask<RedisDescription> DescribeAsync(CancellationToken cancellationToken)
    {
        ConnectionMultiplexer multiplexer = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        RedisExamination examination = new(this, multiplexer, _connection, _options.OperationTimeout);
        return await GuardAsync(examination.RunAsync(cancellationToken), multiplexer, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Gives the connection back; the last store of the connection closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _changes.Dispose();
            await _large.DisposeAsync().ConfigureAwait(false);
            await SharedMultiplexers.ReturnAsync(_connection).ConfigureAwait(false);
        }
    }

    private void CheckSize(long bytes)
    {
        if (bytes > _options.MaxValueBytes)
        {
            throw _faults.TooLarge(bytes, _options.MaxValueBytes);
        }
    }

    /// <summary>Whole milliseconds, rounded down, at least one and no more than Redis takes.</summary>
    /// <param name="time">A time to live, or a lease.</param>
    internal static TimeSpan InMilliseconds(TimeSpan time)
    {
        TimeSpan longest = time < s_longestLife ? time : s_longestLife;
        return TimeSpan.FromMilliseconds(Math.Max(1, longest.Ticks / TimeSpan.TicksPerMillisecond));
    }
}
