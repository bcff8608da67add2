using CacheKit.Core.Keys;

namespace CacheKit.Sessions;

/// <summary>
/// The master keys of a session: given when it was made, or read from the environment's source at the first use. The
/// caller takes care that one thread at a time uses them.
/// </summary>
internal sealed class SessionKeys : IDisposable
{
    private readonly CacheKitEnvironment? _environment;
    private KeyRing? _ring;
    private volatile KeyFileWatch? _watch;

    /// <summary>Takes keys.</summary>
    /// <param name="ring">
    /// The keys, which belong to this from then on; null when they are to be read at the first use.
    /// </param>
    /// <param name="origin">Where they came from; null with keys that are still to be read.</param>
    /// <param name="environment">What names them at the first use; null for what the environment is then.</param>
    public SessionKeys(KeyRing? ring, KeyOrigin? origin, CacheKitEnvironment? environment = null)
    {
        _environment = environment;
        _ring = ring;
        Origin = origin;
    }

    /// <summary>Where the keys came from; null as long as there are none.</summary>
    public KeyOrigin? Origin { get; private set; }

    /// <summary>
    /// Whether the key file, from which the keys were read at the first use, has changed since; it is looked at once a
    /// second.
    /// </summary>
    public bool HaveChanged => _watch?.HasChanged() == true;

    /// <summary>The keys.</summary>
    /// <exception cref="Core.Diagnostics.CacheKitException">There is no usable key.</exception>
    public KeyRing Ring()
    {
        if (_ring is null)
        {
            CacheKitEnvironment environment = _environment ?? CacheKitEnvironment.Capture();
            KeyRingSource source = KeyRingSource.Find(environment) ?? throw KeyRingSource.Missing();
            KeyFileWatch? watch = string.IsNullOrWhiteSpace(source.Path) ? null : new(source.Path, TimeProvider.System);
            _ring = source.Read(environment);
            _watch = watch;
            Origin = KeyOrigin.Of(source);
        }

        return _ring;
    }

    /// <summary>
    /// Which keys a tenant has, as Test-CacheKitMasterKey tells them, the encrypting one first; none without keys.
    /// </summary>
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

    /// <summary>Puts other keys in the place of these, which are zeroed.</summary>
    /// <param name="ring">The keys, which belong to this from then on.</param>
    public void Replace(KeyRing ring)
    {
        _ring?.Dispose();
        _ring = ring;
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        _ring?.Dispose();
        _ring = null;
    }
}
