using CacheKit.Core.Keys;

namespace CacheKit.Sessions;

/// <summary>
/// The master keys of a session: given when it was made, or read from the environment's source at the first use. The
/// caller takes care that one thread at a time uses them.
/// </summary>
internal sealed class SessionKeys : IDisposable
{
    private KeyRing? _ring;

    /// <summary>Takes keys.</summary>
    /// <param name="ring">The keys, which belong to this from then on; null when they are to be read at the first use.</param>
    /// <param name="source">Where they came from; null with keys that are still to be read.</param>
    public SessionKeys(KeyRing? ring, string? source)
    {
        _ring = ring;
        Source = source;
    }

    /// <summary>Where the keys came from; null as long as there are none.</summary>
    public string? Source { get; private set; }

    /// <summary>The keys.</summary>
    /// <exception cref="Core.Diagnostics.CacheKitException">There is no usable key.</exception>
    public KeyRing Ring()
    {
        if (_ring is null)
        {
            CacheKitEnvironment environment = CacheKitEnvironment.Capture();
            _ring = new KeyRing(MasterKeySource.ReadFirst(environment));
            Source = MasterKeySource.Find(environment)?.Description;
        }

        return _ring;
    }

    /// <summary>Which keys a tenant has, as Test-CacheKitMasterKey tells them, the encrypting one first; none without keys.</summary>
    /// <param name="tenant">The tenant.</param>
    public IReadOnlyList<string> FingerprintsFor(string tenant)
    {
        if (_ring is null)
        {
            return [];
        }

        using TenantKeyRing keys = _ring.ForTenant(tenant);
        return [.. keys.Keys.Select(key => key.Fingerprint.ToString())];
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        _ring?.Dispose();
        _ring = null;
    }
}
