using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;

namespace CacheKit.Core.Caching;

/// <summary>An authentic entry in clear. Dispose it as soon as its value has been read: that zeroes the clear text.</summary>
public readonly struct OpenedEntry : IDisposable
{
    private readonly SensitiveBuffer _buffer;
    private readonly int _start;

    internal OpenedEntry(SensitiveBuffer buffer, int start, in EntryHeader header)
    {
        _buffer = buffer;
        _start = start;
        Header = header;
    }

    /// <summary>What was authenticated beside the value.</summary>
    public EntryHeader Header { get; }

    /// <summary>The item's name, or null for an entry whose key was derived.</summary>
    public string? Name => PlaintextLayout.ReadName(_buffer.WrittenSpan[.._start]);

    /// <summary>The serialized value.</summary>
    public ReadOnlyMemory<byte> Value => _buffer.WrittenMemory[_start..];

    /// <summary>Zeroes the clear text.</summary>
    public void Dispose() => _buffer?.Dispose();
}
