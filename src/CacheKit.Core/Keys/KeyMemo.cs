using System.Security.Cryptography;

namespace CacheKit.Core.Keys;

/// <summary>
/// Remembers where the entries of recent calls lie: comparing what identifies a call takes a hundredth of the time of
/// hashing it under a key. What is found is exact, since all bytes are compared. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A place holds what identifies a call in clear (pinned), until another call takes the place or the keys are disposed;
/// then it is zeroed. Callers keep what holds the content of a secret out of it.
/// </remarks>
internal sealed class KeyMemo : IDisposable
{
    private const int Places = 64;

    /// <summary>Longer identities are rare, and take longer to compare than they are worth.</summary>
    private const int LongestIdentity = 512;

    private readonly Item?[] _items = new Item?[Places];
    private volatile bool _disposed;

    /// <summary>Looks a call up.</summary>
    /// <param name="namespace">The namespace.</param>
    /// <param name="identity">What identifies the entry inside it.</param>
    /// <returns>Where its entry lies, or null.</returns>
    public EntryKeys? Find(string @namespace, ReadOnlySpan<byte> identity)
    {
        ref Item? place = ref _items[PlaceOf(identity)];
        Item? item = Volatile.Read(ref place);
        if (item is null || item.Namespace != @namespace || !identity.SequenceEqual(item.Identity))
        {
            return null;
        }

        // Whoever takes the place zeroes what was there: what was compared may have been zeroes only if it was taken.
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref place) == item ? item.Keys : null;
    }

    /// <summary>Remembers a call.</summary>
    /// <param name="namespace">The namespace.</param>
    /// <param name="identity">What identifies the entry inside it; not the content of a secret.</param>
    /// <param name="keys">Where its entry lies.</param>
    public void Add(string @namespace, ReadOnlySpan<byte> identity, EntryKeys keys)
    {
        if (identity.Length > LongestIdentity)
        {
            return;
        }

        byte[] copy = GC.AllocateUninitializedArray<byte>(identity.Length, pinned: true);
        identity.CopyTo(copy);
        int place = PlaceOf(identity);
        Zero(Interlocked.Exchange(ref _items[place], new Item(@namespace, copy, keys)));
        if (_disposed)
        {
            Zero(Interlocked.Exchange(ref _items[place], null));
        }
    }

    /// <summary>Zeroes what it holds.</summary>
    public void Dispose()
    {
        _disposed = true;
        for (int i = 0; i < Places; i++)
        {
            Zero(Interlocked.Exchange(ref _items[i], null));
        }
    }

    private static void Zero(Item? item) => CryptographicOperations.ZeroMemory(item?.Identity);

    private static int PlaceOf(ReadOnlySpan<byte> identity)
    {
        HashCode hash = default;
        hash.AddBytes(identity);
        return hash.ToHashCode() & (Places - 1);
    }

    private sealed class Item(string @namespace, byte[] identity, EntryKeys keys)
    {
        public string Namespace { get; } = @namespace;

        public byte[] Identity { get; } = identity;

        public EntryKeys Keys { get; } = keys;
    }
}
