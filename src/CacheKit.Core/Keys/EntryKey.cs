using System.Security.Cryptography;
using System.Text;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;

namespace CacheKit.Core.Keys;

/// <summary>
/// Where an entry lies: its <see cref="PhysicalKey"/>. That of an encrypted entry is
/// bound to the keys that computed it, since it is part of what they authenticate; a plain one has the tag <c>-</c>.
/// An interop entry lies under a key that has nothing of ours (PROTOCOL section 7.1).
/// </summary>
public readonly struct EntryKey
{
    private readonly TenantKeys? _keys;
    private readonly string? _interopKey;

    /// <summary>Makes a key.</summary>
    /// <param name="keys">The keys that computed the id; null for a plain entry.</param>
    /// <param name="namespace">The namespace.</param>
    /// <param name="id">The id.</param>
    internal EntryKey(TenantKeys? keys, string @namespace, EntryId id)
    {
        _keys = keys;
        Namespace = @namespace;
        Id = id;
    }

    private EntryKey(TenantKeys? keys, string @namespace, EntryId id, string interopKey)
        : this(keys, @namespace, id)
    {
        _interopKey = interopKey;
    }

    /// <summary>The namespace, readable to the storage.</summary>
    public string Namespace { get; }

    /// <summary>The hash, keyed unless the entry is a plain one, of what identifies the entry.</summary>
    public EntryId Id { get; }

    /// <summary>The size of the physical key in bytes.</summary>
    public int Size => _interopKey?.Length ?? PhysicalKey.SizeOf(Tag, Namespace);

    /// <summary>Whether it is the key of a plain entry.</summary>
    public bool IsPlain => _keys is null;

    /// <summary>Whether it is the key of an interop entry, which is the same under every master key.</summary>
    public bool IsInterop => _interopKey is not null;

    /// <summary>The keys that seal the entry and open it.</summary>
    /// <exception cref="InvalidOperationException">It is the key of a plain entry.</exception>
    internal TenantKeys Keys => _keys ?? throw new InvalidOperationException("A plain entry has no keys.");

    private ReadOnlySpan<byte> Tag => _keys is null ? "-"u8 : _keys.Tag;

    /// <summary>
    /// Computes where a plain entry lies: the first 160 bits of SHA-256 over <c>u8(len namespace) || namespace ||
    /// identity</c> (DESIGN section 8), behind <c>FF || u16(len tenant) || tenant</c> where there is one: no namespace
    /// has 255 characters. Unkeyed: whoever guesses the identity can tell that it is the one.
    /// </summary>
    /// <param name="namespace">The namespace: 1 to 64 ASCII characters.</param>
    /// <param name="identity">What identifies the entry inside it.</param>
    /// <param name="tenant">Whose entry it is; null for the default tenant's.</param>
    public static EntryKey ForPlain(string @namespace, ReadOnlySpan<byte> identity, string? tenant = null)
    {
        Span<byte> start = stackalloc byte[1 + PhysicalKey.LongestNamespace];
        using IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (tenant is not null)
        {
            byte[] name = Encoding.UTF8.GetBytes(tenant);
            sha.AppendData([0xFF, (byte)(name.Length >> 8), unchecked((byte)name.Length)]);
            sha.AppendData(name);
        }

        sha.AppendData(start[..WriteNamespace(@namespace, start)]);
        sha.AppendData(identity);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        sha.GetHashAndReset(hash);
        return new EntryKey(null, @namespace, EntryId.FromBytes(hash[..EntryId.ByteLength]));
    }

    /// <summary>Where an interop entry lies. Its id is used inside this process alone.</summary>
    /// <param name="keys">The keys that seal it; null for a plain entry.</param>
    /// <param name="namespace">The namespace.</param>
    /// <param name="key">The key, as <see cref="InteropKey.Compute"/> makes it.</param>
    internal static EntryKey ForInterop(TenantKeys? keys, string @namespace, string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        // Plain and encrypted entries have the same key, and who computes one does not answer for the other.
        SHA256.HashData(Encoding.ASCII.GetBytes(keys is null ? $"-:{key}" : key), hash);
        return new EntryKey(keys, @namespace, EntryId.FromBytes(hash[..EntryId.ByteLength]), key);
    }

    /// <summary>The same interop entry, sealed under another key of the ring.</summary>
    /// <param name="fingerprint">The key's; one that is not in the ring changes nothing.</param>
    internal EntryKey UnderInterop(in KeyFingerprint fingerprint)
    {
        foreach (TenantKeys keys in _keys?.Ring ?? [])
        {
            if (keys.Fingerprint == fingerprint)
            {
                return new EntryKey(keys, Namespace, Id, _interopKey!);
            }
        }

        return this;
    }

    /// <summary>Writes what every id is computed of first: <c>u8(len namespace) || namespace</c>.</summary>
    /// <param name="namespace">The namespace.</param>
    /// <param name="destination">Takes 1 + <see cref="PhysicalKey.LongestNamespace"/> bytes.</param>
    /// <returns>The bytes written.</returns>
    internal static int WriteNamespace(string @namespace, Span<byte> destination)
    {
        destination[0] = (byte)@namespace.Length;
        return 1 + Encoding.ASCII.GetBytes(@namespace, destination[1..]);
    }

    /// <summary>Writes the physical key and returns its size.</summary>
    /// <param name="destination">Takes <see cref="Size"/> bytes.</param>
    public int CopyTo(Span<byte> destination)
    {
        if (_interopKey is not null)
        {
            return Encoding.ASCII.GetBytes(_interopKey, destination);
        }

        return PhysicalKey.Write(Tag, Namespace, Id, destination);
    }

    /// <summary>The physical key.</summary>
    public override string ToString()
    {
        if (_interopKey is not null)
        {
            return _interopKey;
        }

        Span<byte> bytes = stackalloc byte[PhysicalKey.LongestSize];
        return Encoding.ASCII.GetString(bytes[..CopyTo(bytes)]);
    }
}

/// <summary>Where an entry lies under each key of a ring.</summary>
/// <param name="Current">Under the key that encrypts.</param>
/// <param name="Previous">Under the keys that only decrypt, newest first.</param>
/// <param name="Digest">The digest of what identifies the entry; nothing for a plain one.</param>
public sealed record EntryKeys(EntryKey Current, IReadOnlyList<EntryKey> Previous, IdentityDigest Digest)
{
    /// <summary>The entry that was last met under the current key, ready to be opened again.</summary>
    internal PreparedFrame? Prepared { get; set; }

    /// <summary>
    /// Where an entry lies that was sealed under a key; under the current one if it is no key of the ring.
    /// </summary>
    /// <param name="fingerprint">The key's.</param>
    public EntryKey SealedUnder(in KeyFingerprint fingerprint)
    {
        foreach (EntryKey previous in Previous)
        {
            if (previous.Keys.Fingerprint == fingerprint)
            {
                return previous;
            }
        }

        return Current.IsInterop ? Current.UnderInterop(fingerprint) : Current;
    }
}
