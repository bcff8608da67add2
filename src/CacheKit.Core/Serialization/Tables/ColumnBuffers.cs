using Apache.Arrow;
using CacheKit.Core.Cryptography;

namespace CacheKit.Core.Serialization.Tables;

/// <summary>The memory of the columns that are being written; it is zeroed in the end.</summary>
internal sealed class ColumnBuffers : IDisposable
{
    private readonly List<SensitiveBuffer> _buffers = [];

    /// <summary>Takes a buffer that may grow.</summary>
    public SensitiveBuffer Rent(int capacity)
    {
        SensitiveBuffer buffer = SensitiveBuffer.Rent(capacity);
        _buffers.Add(buffer);
        return buffer;
    }

    /// <summary>Takes zeroed memory of a fixed size.</summary>
    /// <param name="size">Bytes.</param>
    /// <param name="buffer">The same memory, for a column.</param>
    public Span<byte> Allocate(int size, out ArrowBuffer buffer)
    {
        SensitiveBuffer rented = Rent(size);
        Span<byte> span = rented.GetSpan(size)[..size];
        span.Clear();
        rented.Advance(size);
        buffer = new ArrowBuffer(rented.WrittenMemory);
        return span;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SensitiveBuffer buffer in _buffers)
        {
            buffer.Dispose();
        }
    }
}
