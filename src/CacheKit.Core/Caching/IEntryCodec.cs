using CacheKit.Core.Formats;
using CacheKit.Core.Keys;

namespace CacheKit.Core.Caching;

/// <summary>How the entries of a cache are named, made and opened. Safe for concurrent use; owns its keys.</summary>
internal interface IEntryCodec : IDisposable
{
    /// <summary>Which kind of entries it makes.</summary>
    CacheMode Mode { get; }

    /// <summary>The tenant's keys; null where nothing is encrypted.</summary>
    TenantKeyRing? Ring { get; }

    /// <summary>Whether entries say when their time is over, so that the memory tier may hold them.</summary>
    bool HasTimes { get; }

    /// <summary>Computes where an entry lies.</summary>
    /// <param name="namespace">The namespace.</param>
    /// <param name="identity">What identifies the entry inside it.</param>
    /// <param name="holdsSecret">Whether that includes the content of a secret.</param>
    /// <exception cref="ArgumentException">Entries of this kind cannot have this identity.</exception>
    EntryKeys KeysFor(string @namespace, ReadOnlySpan<byte> identity, bool holdsSecret);

    /// <summary>Makes an entry.</summary>
    /// <param name="keys">Where it will lie.</param>
    /// <param name="name">The item's name, or null.</param>
    /// <param name="value">The serialized value.</param>
    /// <param name="header">Times and serializer.</param>
    /// <param name="compress">Whether a large value may be compressed.</param>
    /// <returns>Its bytes, or null when they would be too many.</returns>
    byte[]? Seal(EntryKeys keys, string? name, ReadOnlySpan<byte> value, in EntryHeader header, bool compress);

    /// <summary>Opens an entry.</summary>
    /// <param name="key">Where it was found.</param>
    /// <param name="frame">Its bytes, untrusted.</param>
    /// <param name="entry">The entry, to be disposed by the caller.</param>
    OpenOutcome Open(in EntryKey key, ReadOnlyMemory<byte> frame, out OpenedEntry entry);

    /// <summary>Opens an entry that may be opened again and again.</summary>
    /// <param name="key">Where it was found.</param>
    /// <param name="frame">Its bytes, untrusted.</param>
    /// <param name="prepared">What an earlier opening prepared, if anything; takes what this one has prepared.</param>
    /// <param name="entry">The entry, to be disposed by the caller.</param>
    OpenOutcome OpenAgain(
        in EntryKey key, ReadOnlyMemory<byte> frame, ref PreparedFrame? prepared, out OpenedEntry entry) =>
        Open(key, frame, out entry);

    /// <summary>
    /// Reads the header of an entry, which nobody vouches for until the entry has been opened. Asked only where a ring
    /// of several keys gives an entry several places.
    /// </summary>
    /// <param name="frame">The bytes, untrusted.</param>
    /// <param name="header">The header.</param>
    bool TryReadHeader(ReadOnlySpan<byte> frame, out EntryHeader header)
    {
        header = default;
        return false;
    }

    /// <summary>What more can be told of bytes that do not open, as a sentence; null for nothing.</summary>
    /// <param name="frame">The bytes.</param>
    string? ProblemOf(ReadOnlyMemory<byte> frame) => null;
}
