namespace CacheKit.Core.Keys;

/// <summary>
/// The master keys in force: the first encrypts and decrypts, the others decrypt only (PROTOCOL section 4).
/// </summary>
public sealed class KeyRing : IDisposable
{
    /// <summary>How many decrypt-only keys a ring may hold.</summary>
    public const int LongestPrevious = 3;

    private readonly MasterKey[] _keys;

    /// <summary>Makes a ring, which owns its keys from then on.</summary>
    /// <param name="current">The key that encrypts.</param>
    /// <param name="previous">The keys that only decrypt; at most three, none of them equal to another.</param>
    /// <exception cref="ArgumentException">Too many keys, or one of them twice.</exception>
    public KeyRing(MasterKey current, params ReadOnlySpan<MasterKey> previous)
    {
        ArgumentNullException.ThrowIfNull(current);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(previous.Length, LongestPrevious, nameof(previous));
        _keys = [current, .. previous];
        for (int i = 0; i < _keys.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (_keys[i].HasSameBytes(_keys[j]))
                {
                    throw new ArgumentException("A key stands in the ring twice.", nameof(previous));
                }
            }
        }
    }

    /// <summary>The keys, the encrypting one first.</summary>
    public IReadOnlyList<MasterKey> Keys => _keys;

    /// <summary>Derives the keys of one tenant.</summary>
    /// <param name="tenant">The tenant: 1 to 1,024 UTF-8 bytes.</param>
    public TenantKeyRing ForTenant(string tenant) => new(Array.ConvertAll(_keys, key => new TenantKeys(key, tenant)));

    /// <summary>Zeroes every key.</summary>
    public void Dispose()
    {
        foreach (MasterKey key in _keys)
        {
            key.Dispose();
        }
    }
}
