using System.Buffers;
using System.Security.Cryptography;

namespace CacheKit.Core.Cryptography;

/// <summary>
/// A growable buffer for clear text. Its memory is pinned, so that the garbage collector leaves no copies behind, and
/// is zeroed when the buffer is disposed, grows or is cleared.
/// </summary>
/// <remarks>
/// One small buffer a thread is kept for the next caller: a cache hit opens its entry without allocating. An instance
/// belongs to one thread at a time.
/// </remarks>
public sealed class SensitiveBuffer : IBufferWriter<byte>, IDisposable
{
    /// <summary>Buffers above this size are left to the garbage collector (zeroed) rather than kept.</summary>
    private const int KeptBytes = 64 * 1024;

    private const int SmallestBytes = 1024;

    [ThreadStatic]
    private static SensitiveBuffer? s_kept;

    private byte[] _bytes;
    private int _written;
    private bool _rented;
    private int _lease;

    private SensitiveBuffer(int capacity)
    {
        _bytes = Allocate(capacity);
    }

    /// <summary>How many bytes have been written.</summary>
    public int Length => _written;

    /// <summary>The bytes written so far. Valid until the next write or <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _bytes.AsSpan(0, _written);

    /// <summary>The bytes written so far. Valid until the next write or <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, _written);

    /// <summary>
    /// Changes when the buffer is given back: who remembers another value has no claim to it any more.
    /// </summary>
    internal int Lease => _lease;

    /// <summary>Takes an empty buffer.</summary>
    /// <param name="capacity">Bytes it holds before it must grow.</param>
    public static SensitiveBuffer Rent(int capacity = SmallestBytes)
    {
        SensitiveBuffer? buffer = s_kept;
        s_kept = null;
        if (buffer is null)
        {
            buffer = new SensitiveBuffer(Math.Max(capacity, SmallestBytes));
        }
        else
        {
            buffer.Reserve(capacity);
        }

        buffer._rented = true;
        return buffer;
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _written);
        _written += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(_written);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsSpan(_written);
    }

    /// <summary>Appends bytes.</summary>
    /// <param name="value">The bytes.</param>
    public void Write(ReadOnlySpan<byte> value)
    {
        value.CopyTo(GetSpan(value.Length));
        _written += value.Length;
    }

    /// <summary>Appends one byte.</summary>
    /// <param name="value">The byte.</param>
    public void Write(byte value)
    {
        Reserve(1);
        _bytes[_written++] = value;
    }

    /// <summary>Takes back, and zeroes, what was written last.</summary>
    /// <param name="length">How many bytes stay.</param>
    internal void CutTo(int length)
    {
        CryptographicOperations.ZeroMemory(_bytes.AsSpan(length, _written - length));
        _written = length;
    }

    /// <summary>Zeroes what was written and gives the memory back. Doing it twice is harmless.</summary>
    public void Dispose()
    {
        if (!_rented)
        {
            return;
        }

        _rented = false;
        _lease = unchecked(_lease + 1);
        CryptographicOperations.ZeroMemory(_bytes.AsSpan(0, _written));
        _written = 0;
        if (_bytes.Length <= KeptBytes)
        {
            s_kept = this;
        }
    }

    private static byte[] Allocate(int capacity) => GC.AllocateUninitializedArray<byte>(capacity, pinned: true);

    private void Reserve(int size)
    {
        if (size > _bytes.Length - _written)
        {
            Grow(size);
        }
    }

    private void Grow(int size)
    {
        long wanted = Math.Max((long)_written + size, Math.Min(2L * _bytes.Length, Array.MaxLength));
        byte[] larger = Allocate(checked((int)wanted));
        _bytes.AsSpan(0, _written).CopyTo(larger);
        CryptographicOperations.ZeroMemory(_bytes.AsSpan(0, _written));
        _bytes = larger;
    }
}
