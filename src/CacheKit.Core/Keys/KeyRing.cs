namespace CacheKit.Core.Keys;

/// <summary>
/// The master keys in force: the first encrypts and decrypts, the others decrypt only (PROTOCOL section 4).
/// </summary>
public sealed partial class KeyRing : IDisposable
{
    /// <summary>How many decrypt-only keys a ring may hold.</summary>
    public const int LongestPrevious = 3;

    /// <summary>How many keys a ring may hold: the one that encrypts, and the others.</summary>
    public const int LongestRing = LongestPrevious + 1;

    /// <summary>The size of a key in <see cref="WriteLines"/>, in bytes.</summary>
    public const int LineSize = MasterKey.HexSize + 1;

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

    /// <summary>The key that encrypts.</summary>
    public MasterKey Current => _keys[0];

    /// <summary>Whether another ring has the same keys in the same order; compared in fixed time.</summary>
    /// <param name="other">The other ring.</param>
    public bool HasSameKeys(KeyRing other)
    {
        bool isSame = _keys.Length == other._keys.Length;
        for (int i = 0; i < Math.Min(_keys.Length, other._keys.Length); i++)
        {
            isSame &= _keys[i].HasSameBytes(other._keys[i]);
        }

        return isSame;
    }

    /// <summary>A copy, which is the caller's: it outlives this ring.</summary>
    public KeyRing Clone()
    {
        MasterKey[] keys = Array.ConvertAll(_keys, key => key.Clone());
        return new KeyRing(keys[0], keys.AsSpan(1));
    }

    /// <summary>Writes the keys as a key file has them: 64 hexadecimal digits and a line feed each, in ASCII.</summary>
    /// <param name="destination">Takes <see cref="LineSize"/> bytes a key; the caller zeroes them.</param>
    public void WriteLines(Span<byte> destination)
    {
        foreach (MasterKey key in _keys)
        {
            key.WriteHex(destination[..MasterKey.HexSize]);
            destination[MasterKey.HexSize] = (byte)'\n';
            destination = destination[LineSize..];
        }
    }

    /// <summary>Derives the keys of one tenant.</summary>
    /// <param name="tenant">The tenant: 1 to 1,024 UTF-8 bytes.</param>
    public TenantKeyRing ForTenant(string tenant) => new(Array.ConvertAll(_keys, key => new TenantKeys(key, tenant)));

    /// <summary>Never a key.</summary>
    public override string ToString() => $"ring of {_keys.Length} (redacted)";

    /// <summary>Zeroes every key.</summary>
    public void Dispose()
    {
        foreach (MasterKey key in _keys)
        {
            key.Dispose();
        }
    }
}
