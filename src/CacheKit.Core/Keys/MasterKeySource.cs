using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Keys;

/// <summary>The key that encrypts of the ring that <see cref="KeyRingSource"/> reads, for callers of one key.</summary>
public static class MasterKeySource
{
    /// <summary>Reads the key of the first source that is set.</summary>
    /// <param name="environment">The environment.</param>
    /// <exception cref="CacheKitException">As <see cref="KeyRingSource.ReadFirst"/>.</exception>
    public static MasterKey ReadFirst(CacheKitEnvironment environment)
    {
        using KeyRing ring = KeyRingSource.ReadFirst(environment);
        return ring.Current.Clone();
    }
}
