using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace CacheKit.Core.Formats;

/// <summary>
/// SHA-256 of what identifies an entry inside its namespace (docs/formats.md). The id under which an entry lies is a
/// keyed hash of this, and the clear text carries it, so that an entry can be moved to where another key puts it.
/// </summary>
/// <remarks>Unkeyed: it tells a guessable identity to whoever sees it. It is stored encrypted only.</remarks>
[InlineArray(Size)]
public struct IdentityDigest
{
    /// <summary>The size in bytes.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    private byte _first;

    /// <summary>Hashes what identifies an entry.</summary>
    /// <param name="identity">What identifies the entry inside its namespace.</param>
    public static IdentityDigest Compute(ReadOnlySpan<byte> identity)
    {
        IdentityDigest digest = default;
        SHA256.HashData(identity, digest);
        return digest;
    }

    /// <summary>Takes a digest from its bytes.</summary>
    /// <param name="bytes">At least <see cref="Size"/> bytes, of which the first are taken.</param>
    public static IdentityDigest FromBytes(ReadOnlySpan<byte> bytes)
    {
        IdentityDigest digest = default;
        bytes[..Size].CopyTo(digest);
        return digest;
    }

    /// <summary>The digest's bytes.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Bytes => MemoryMarshal.CreateReadOnlySpan(in _first, Size);
}
