using Microsoft.Win32.SafeHandles;

namespace CacheKit.Core.Auditing;

/// <summary>Reads the lines of a part of a log, whatever is in it, in bounded memory.</summary>
/// <param name="log">The log.</param>
/// <param name="start">Where to begin, in bytes.</param>
/// <param name="end">Where to end, in bytes; what is written behind that meanwhile is not read.</param>
internal sealed class AuditLineReader(SafeFileHandle log, long start, long end)
{
    private readonly byte[] _buffer = new byte[4 * AuditLine.LongestSize];
    private long _position = start;
    private int _first;
    private int _last;

    /// <summary>Where the piece that was read last begins, in bytes.</summary>
    public long Offset { get; private set; } = start;

    /// <summary>
    /// Reads the next line with its line feed. One that is longer than any line of ours comes in pieces; these, and the
    /// end of a log that was torn, have none.
    /// </summary>
    /// <param name="piece">The bytes; valid until the next call.</param>
    /// <returns>False at the end.</returns>
    public bool TryRead(out ReadOnlySpan<byte> piece)
    {
        int length = Find();
        if (length < 0)
        {
            Fill();
            length = Find();
        }

        length = length >= 0 ? length : Math.Min(_last - _first, AuditLine.LongestSize);
        Offset = _position - (_last - _first);
        piece = _buffer.AsSpan(_first, length);
        _first += length;
        return length > 0;
    }

    /// <summary>
    /// The size of the line that begins here and is whole; -1 if it is not all in the buffer, or too long.
    /// </summary>
    private int Find()
    {
        ReadOnlySpan<byte> rest = _buffer.AsSpan(_first, _last - _first);
        return rest[..Math.Min(rest.Length, AuditLine.LongestSize)].IndexOf((byte)'\n') is >= 0 and int found
            ? found + 1
            : -1;
    }

    private void Fill()
    {
        _buffer.AsSpan(_first, _last - _first).CopyTo(_buffer);
        _last -= _first;
        _first = 0;
        while (_last < _buffer.Length && _position < end)
        {
            int wanted = (int)Math.Min(_buffer.Length - _last, end - _position);
            int read = RandomAccess.Read(log, _buffer.AsSpan(_last, wanted), _position);
            if (read == 0)
            {
                break;
            }

            _last += read;
            _position += read;
        }
    }
}
