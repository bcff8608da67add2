using System.Security.Cryptography;
using StackExchange.Redis;

namespace CacheKit.Core.Storage.Redis;

/// <summary>
/// A lock in Redis: a key that ends by itself, and whose value only the holder knows (PROTOCOL section 11).
/// </summary>
internal sealed class RedisStoreLock : IStoreLock
{
    /// <summary>The size of the random token, in bytes; it is stored as hexadecimal digits.</summary>
    public const int TokenSize = 16;

    // With no commands but those that entries need too, so that a user needs no more rights.
    private const string RenewScript =
        "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end "
        + "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1";

    private const string ReleaseScript =
        "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

    private readonly RedisStore _store;
    private readonly RedisKey _place;
    private readonly RedisValue _token = Convert.ToHexString(RandomNumberGenerator.GetBytes(TokenSize));

    private volatile bool _isAsked;
    private int _isReleased;

    /// <summary>Makes a lock that nobody holds yet.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="place">Its key in Redis.</param>
    public RedisStoreLock(RedisStore store, string place)
    {
        _store = store;
        _place = place;
    }

    /// <summary>Takes it if nobody has it.</summary>
    /// <param name="database">Where it is.</param>
    /// <param name="lease">How long it lasts.</param>
    public Task<bool> TakeAsync(IDatabase database, TimeSpan lease)
    {
        _isAsked = true;
        return database.StringSetAsync(
            _place, _token, lease, when: When.NotExists, flags: CommandFlags.DemandMaster);
    }

    /// <summary>Releases it without waiting, if it may be ours though no answer said so.</summary>
    public void Abandon()
    {
        if (_isAsked)
        {
            _ = DisposeAsync().AsTask();
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> RenewAsync(TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        return _store.RunAsync(
            (Lock: this, Lease: RedisStore.InMilliseconds(lease)),
            static (database, renewal) => renewal.Lock.ChangeAsync(
                database,
                RenewScript,
                [renewal.Lock._token, (long)renewal.Lease.TotalMilliseconds],
                () => database.LockExtendAsync(
                    renewal.Lock._place, renewal.Lock._token, renewal.Lease, CommandFlags.DemandMaster)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) != 0)
        {
            return;
        }

        try
        {
            _ = await _store.RunAsync(
                this,
                static (database, held) => held.ChangeAsync(
                    database,
                    ReleaseScript,
                    [held._token],
                    () => database.LockReleaseAsync(held._place, held._token, CommandFlags.DemandMaster)),
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StoreException or ObjectDisposedException)
        {
            // It ends by itself.
        }
    }

    private async Task<bool> ChangeAsync(
        IDatabase database, string script, object[] arguments, Func<Task<bool>> transaction)
    {
        try
        {
            // As EVAL: the library's own scripting asks for the rights to load scripts too.
            RedisResult result = await database
                .ExecuteAsync("EVAL", [script, 1, _place, .. arguments], CommandFlags.DemandMaster)
                .ConfigureAwait(false);
            return (long)result == 1;
        }
        catch (Exception exception) when (RedisFaults.MeansNoScripts(exception))
        {
            // The library waits synchronously for the first half of a transaction.
            return await Task.Run(transaction).ConfigureAwait(false);
        }
    }
}
