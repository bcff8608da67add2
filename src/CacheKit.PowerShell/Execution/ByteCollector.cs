using CacheKit.Core.Cryptography;

namespace CacheKit.Execution;

/// <summary>Puts an array of bytes together again that the pipeline has taken apart.</summary>
internal sealed class ByteCollector : IDisposable
{
    private SensitiveBuffer? _bytes;

    /// <summary>Takes a byte that came by itself.</summary>
    /// <param name="value">The byte.</param>
    public void Add(byte value)
    {
        _bytes ??= SensitiveBuffer.Rent();
        _bytes.Write(value);
    }

    /// <summary>The bytes that came one by one since the last time; null if there are none.</summary>
    public byte[]? Take()
    {
        using SensitiveBuffer? bytes = _bytes;
        _bytes = null;
        return bytes?.WrittenSpan.ToArray();
    }

    /// <summary>Zeroes what nobody took.</summary>
    public void Dispose() => _bytes?.Dispose();
}
