using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;

namespace CacheKit.Sessions;

/// <summary>
/// What all uses of a session share: its store, its memory, its master keys, and the caches of its tenants. Each part
/// is made at its first use. Safe for concurrent use.
/// </summary>
internal sealed class SessionCaches : IDisposable
{
    private readonly object _gate = new();
    private readonly SessionKeys _keys;
    private readonly TenantCaches[] _caches;
    private CacheTiers? _tiers;
    private volatile bool _isClosed;

    /// <summary>Makes the caches of a session.</summary>
    /// <param name="store">Where entries lie.</param>
    /// <param name="memoryTierBytes">How much memory the tier in front of it may take, in bytes; zero for none.</param>
    /// <param name="keys">The master keys, which belong to the session from then on.</param>
    public SessionCaches(StoreChoice store, long memoryTierBytes, SessionKeys keys)
    {
        Store = store;
        MemoryTierBytes = memoryTierBytes;
        _keys = keys;
        _caches = new TenantCaches[CacheMode.All.Count];
        foreach (CacheMode mode in CacheMode.All)
        {
            _caches[mode.Index] = new TenantCaches(tenant =>
                new EntryCache(Tiers(), mode, _keys.Ring, tenant, Statistics.For(tenant, mode)));
        }
    }

    /// <summary>Where entries lie.</summary>
    public StoreChoice Store { get; }

    /// <summary>How much memory the tier in front of the store may take, in bytes; zero for none.</summary>
    public long MemoryTierBytes { get; }

    /// <summary>What its tenants have done, each for itself.</summary>
    public SessionStatistics Statistics { get; } = new(TimeProvider.System);

    /// <summary>Where what is done with entries is told, which the session owns; null without an audit log.</summary>
    public AuditTrail? Audit { get; init; }

    /// <summary>Where the master keys came from; null as long as there are none.</summary>
    public KeyOrigin? KeyOrigin => _keys.Origin;

    /// <summary>Whether the key file that the keys were read from at the first use has changed since.</summary>
    public bool HaveKeysChanged => _keys.HaveChanged;

    /// <summary>Whether the session was closed.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Holds a cache of a tenant.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="mode">Which of its caches.</param>
    /// <returns>The cache, which the caller releases; null when the session was closed.</returns>
    /// <exception cref="CacheKitException">There is no usable key.</exception>
    public EntryCache? TryHold(string tenant, CacheMode mode)
    {
        TenantCaches caches = _caches[mode.Index];
        if (caches.TryHoldLast(tenant) is { } last)
        {
            return last;
        }

        lock (_gate)
        {
            return _isClosed ? null : caches.Hold(tenant);
        }
    }

    /// <summary>The store and where it is; it is not opened.</summary>
    public string Describe() => Store.DescribeAsync(TimeProvider.System).AsTask().GetAwaiter().GetResult();

    /// <summary>Which keys a tenant has, as Test-CacheKitMasterKey tells them, the encrypting one first.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <returns>None while there are no keys.</returns>
    public IReadOnlyList<string> FingerprintsFor(string tenant)
    {
        lock (_gate)
        {
            return _isClosed ? [] : _keys.FingerprintsFor(tenant);
        }
    }

    /// <summary>How store and memory are at the moment; nothing is opened.</summary>
    public TierState Observe()
    {
        lock (_gate)
        {
            return _tiers?.Observe() ?? default;
        }
    }

    /// <summary>Takes what was counted of a tenant.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="reset">Whether to begin anew.</param>
    /// <param name="since">When counting began.</param>
    /// <returns>The counts of each cache that was used; those of the encrypted one if none was.</returns>
    public IReadOnlyList<CacheCounts> TakeCounts(string tenant, bool reset, out DateTimeOffset since)
    {
        IReadOnlyList<CacheCounts> counts = Statistics.Take(tenant, reset, out since);
        return counts.Count > 0 ? counts : [new CacheStatistics(CacheMode.Secure.Label).Take()];
    }

    /// <summary>Reads the keys now; a key that is missing or wrong is told at the first use.</summary>
    public void TryReadKeys()
    {
        try
        {
            WithKeys(ring => ring);
        }
        catch (CacheKitException)
        {
            // Whoever needs the keys hears of it.
        }
    }

    /// <summary>Works on the master keys while nobody can zero them.</summary>
    /// <typeparam name="T">What the work returns.</typeparam>
    /// <param name="work">The work; it is quick, and keeps nothing of the ring.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.SessionClosed"/>, or there is no usable key.</exception>
    public T WithKeys<T>(Func<KeyRing, T> work)
    {
        lock (_gate)
        {
            return _isClosed ? throw Closed() : work(_keys.Ring());
        }
    }

    /// <summary>
    /// Puts other master keys in the place of these. Calls that are under way end with the keys they have.
    /// </summary>
    /// <param name="ring">The keys, which belong to the session from then on.</param>
    public void ReplaceKeys(KeyRing ring)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                ring.Dispose();
                throw Closed();
            }

            _caches[CacheMode.Secure.Index].Close();
            _caches[CacheMode.Interop.Index].Close();

            _keys.Replace(ring);
        }
    }

    /// <summary>The error of using a session that was closed.</summary>
    /// <param name="session">The session, if the user gave one.</param>
    public static CacheKitException Closed(CacheKitSession? session = null) => new(
        ErrorIds.SessionClosed,
        "The session is closed.",
        "Make a new one with New-CacheKitSession.",
        target: session);

    /// <summary>Closes the caches as soon as nobody uses them, and zeroes the keys.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            Array.ForEach(_caches, each => each.Close());
            _keys.Dispose();
            Audit?.Dispose();
            // The last cache in use closes the store; without any, nothing is under way, so that closing does not wait.
            _tiers?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            _tiers = null;
        }
    }

    private CacheTiers Tiers() => _tiers ??= CacheTiers.Open(Store, MemoryTierBytes, TimeProvider.System);
}
