using CacheKit.Core.Formats;

namespace CacheKit.Core.Keys;

/// <summary>The keys of one tenant under every master key of a ring, the encrypting one first.</summary>
public sealed class TenantKeyRing : IDisposable
{
    private static readonly EntryKey[] s_none = [];

    private readonly TenantKeys[] _keys;
    private readonly KeyMemo _memo = new();

    internal TenantKeyRing(TenantKeys[] keys)
    {
        _keys = keys;
        foreach (TenantKeys each in keys)
        {
            each.Ring = keys;
        }
    }

    /// <summary>The keys that encrypt.</summary>
    public TenantKeys Current => _keys[0];

    /// <summary>All keys, the encrypting one first.</summary>
    public IReadOnlyList<TenantKeys> Keys => _keys;

    /// <summary>Computes where an entry lies under every key of the ring.</summary>
    /// <param name="namespace">The namespace.</param>
    /// <param name="identity">What identifies the entry inside it.</param>
    /// <param name="holdsSecret">
    /// Whether that includes the content of a secret, which then is not kept in memory.
    /// </param>
    public EntryKeys KeysFor(string @namespace, ReadOnlySpan<byte> identity, bool holdsSecret = false)
    {
        if (holdsSecret)
        {
            return KeysFor(@namespace, IdentityDigest.Compute(identity));
        }

        EntryKeys? keys = _memo.Find(@namespace, identity);
        if (keys is null)
        {
            keys = KeysFor(@namespace, IdentityDigest.Compute(identity));
            _memo.Add(@namespace, identity, keys);
        }

        return keys;
    }

    /// <summary>Computes where an entry lies under every key of the ring.</summary>
    /// <param name="namespace">The namespace.</param>
    /// <param name="digest">The digest of what identifies the entry inside it.</param>
    public EntryKeys KeysFor(string @namespace, in IdentityDigest digest)
    {
        EntryKey current = Current.KeyFor(@namespace, digest);
        if (_keys.Length == 1)
        {
            return new EntryKeys(current, s_none, digest);
        }

        EntryKey[] previous = new EntryKey[_keys.Length - 1];
        for (int i = 0; i < previous.Length; i++)
        {
            previous[i] = _keys[i + 1].KeyFor(@namespace, digest);
        }

        return new EntryKeys(current, previous, digest);
    }

    /// <summary>Zeroes every key.</summary>
    public void Dispose()
    {
        _memo.Dispose();
        foreach (TenantKeys keys in _keys)
        {
            keys.Dispose();
        }
    }
}
