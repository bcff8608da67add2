using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;

namespace CacheKit.Core.Caching;

/// <summary>
/// An authentic entry in clear. Dispose it as soon as its value has been read: that zeroes the clear text.
/// </summary>
/// <remarks>
/// It is copied freely, and its memory is another entry's as soon as one of the copies is disposed: the others know
/// that they are over.
/// </remarks>
public readonly struct OpenedEntry : IDisposable
{
    private readonly SensitiveBuffer? _buffer;
    private readonly int _lease;
    private readonly int _nameStart;
    private readonly int _start;
    private readonly EntryHeader _header;

    internal OpenedEntry(SensitiveBuffer buffer, int start, in EntryHeader header, int nameStart)
    {
        _buffer = buffer;
        _lease = buffer.Lease;
        _nameStart = nameStart;
        _start = start;
        _header = header;
        HasHeader = true;
        Fingerprint = header.Fingerprint;
    }

    /// <summary>An interop entry, whose clear text is the value and nothing else.</summary>
    internal OpenedEntry(SensitiveBuffer buffer, in KeyFingerprint fingerprint)
    {
        _buffer = buffer;
        _lease = buffer.Lease;
        Fingerprint = fingerprint;
    }

    /// <summary>The key that opened it; nothing for a plain entry.</summary>
    public KeyFingerprint Fingerprint { get; }

    /// <summary>Whether it has times of its own.</summary>
    public bool HasHeader { get; }

    /// <summary>What was authenticated beside the value.</summary>
    /// <exception cref="InvalidOperationException">It is an interop entry, which has no header.</exception>
    public EntryHeader Header =>
        HasHeader ? _header : throw new InvalidOperationException("An interop entry has no header.");

    /// <summary>The item's name, or null for an entry whose key was derived.</summary>
    /// <exception cref="ObjectDisposedException">The entry is over.</exception>
    public string? Name => PlaintextLayout.ReadName(Buffer.WrittenSpan[_nameStart.._start]);

    /// <summary>
    /// The digest of what identifies the entry; null for one that was written before entries carried it.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The entry is over.</exception>
    public IdentityDigest? Digest =>
        _header.HasDigest ? IdentityDigest.FromBytes(Buffer.WrittenSpan) : null;

    /// <summary>The serialized value. Valid until the entry is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The entry is over.</exception>
    public ReadOnlyMemory<byte> Value => Buffer.WrittenMemory[_start..];

    private SensitiveBuffer Buffer => IsOpen ? _buffer! : throw new ObjectDisposedException(nameof(OpenedEntry));

    private bool IsOpen => _buffer is not null && _buffer.Lease == _lease;

    /// <summary>Zeroes the clear text. Doing it twice, or on a copy, is harmless.</summary>
    public void Dispose()
    {
        if (IsOpen)
        {
            _buffer!.Dispose();
        }
    }
}
