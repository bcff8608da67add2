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

    internal OpenedEntry(SensitiveBuffer buffer, int start, in EntryHeader header, int nameStart)
    {
        _buffer = buffer;
        _lease = buffer.Lease;
        _nameStart = nameStart;
        _start = start;
        Header = header;
    }

    /// <summary>What was authenticated beside the value.</summary>
    public EntryHeader Header { get; }

    /// <summary>The item's name, or null for an entry whose key was derived.</summary>
    /// <exception cref="ObjectDisposedException">The entry is over.</exception>
    public string? Name => PlaintextLayout.ReadName(Buffer.WrittenSpan[_nameStart.._start]);

    /// <summary>
    /// The digest of what identifies the entry; null for one that was written before entries carried it.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The entry is over.</exception>
    public IdentityDigest? Digest =>
        Header.HasDigest ? IdentityDigest.FromBytes(Buffer.WrittenSpan) : null;

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
