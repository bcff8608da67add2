using System.Runtime.CompilerServices;
using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;

namespace CacheKit.Sessions;

/// <summary>The two caches of a session, encrypted and plain. Each is made at its first use. Safe for concurrent use.</summary>
internal sealed class SessionCaches : IDisposable
{
    // What is still open when the module is removed; a session that nobody holds any more is not kept by this.
    private static readonly ConditionalWeakTable<SessionCaches, object?> s_open = [];

    private readonly object _gate = new();
    private readonly CacheOptions _options;
    private CacheLease? _secure;
    private CacheLease? _plain;
    private volatile bool _isClosed;

    /// <summary>Makes the caches of a session.</summary>
    /// <param name="options">What they are made of.</param>
    /// <param name="key">The master key, which stays the caller's; null when it is to be looked for at the first use.</param>
    public SessionCaches(CacheOptions options, MasterKey? key)
    {
        _options = options;
        _secure = key is null ? null : OpenSecure(key);
        s_open.Add(this, null);
    }

    /// <summary>What the caches are made of.</summary>
    public CacheOptions Options => _options;

    /// <summary>Whether the session was closed.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Takes a lease on the encrypted cache.</summary>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.SessionClosed"/>, or there is no usable key.</exception>
    public CacheLease Rent() => TryRent(Volatile.Read(ref _secure)) ?? RentNew(ref _secure, OpenSecureByEnvironment);

    /// <summary>Takes a lease on the cache of public data.</summary>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.SessionClosed"/>.</exception>
    public CacheLease RentPlain() => TryRent(Volatile.Read(ref _plain)) ?? RentNew(ref _plain, OpenPlain);

    /// <summary>Closes every session of the process.</summary>
    public static void CloseAll()
    {
        foreach ((SessionCaches caches, _) in s_open)
        {
            caches.Dispose();
        }
    }

    /// <summary>Closes the caches as soon as nobody uses them.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            s_open.Remove(this);
            Interlocked.Exchange(ref _secure, null)?.Dispose();
            Interlocked.Exchange(ref _plain, null)?.Dispose();
        }
    }

    private static CacheLease? TryRent(CacheLease? lease) => lease is not null && lease.TryHold() ? lease : null;

    private CacheLease RentNew(ref CacheLease? place, Func<CacheLease> open)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                throw new CacheKitException(
                    ErrorIds.SessionClosed,
                    "The session is closed.",
                    "Make a new one with New-CacheKitSession.");
            }

            CacheLease lease = place ?? open();
            lease.TryHold();
            Volatile.Write(ref place, lease);
            return lease;
        }
    }

    private CacheLease OpenSecure(MasterKey key) => new(CacheFactory.Create(_options, key, TimeProvider.System));

    private CacheLease OpenSecureByEnvironment()
    {
        using MasterKey key = MasterKeySource.ReadFirst(CacheKitEnvironment.Capture());
        return OpenSecure(key);
    }

    private CacheLease OpenPlain() => new(CacheFactory.CreatePlain(_options, TimeProvider.System));
}
