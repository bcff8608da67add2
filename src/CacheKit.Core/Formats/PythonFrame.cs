using System.Buffers.Binary;

namespace CacheKit.Core.Formats;

/// <summary>What bytes are that may be a frame of the Python SDK.</summary>
public enum PythonFrameOutcome
{
    /// <summary>A frame whose header was read.</summary>
    Success,

    /// <summary>They do not begin as a frame does.</summary>
    NoFrame,

    /// <summary>They begin as the JSON object that older versions of Python's wrote.</summary>
    Legacy,

    /// <summary>They end before the header begins.</summary>
    TooShort,

    /// <summary>They begin as a frame of another version.</summary>
    OtherVersion,

    /// <summary>The header would end behind the last byte.</summary>
    HeaderPastEnd,

    /// <summary>The header is not UTF-8, not JSON, or not the header of a frame.</summary>
    HeaderUnreadable,
}

/// <summary>
/// The frame that Python's auto mode puts around an entry: <c>43 4B | 03 | u32 header_len | header | payload</c>, the
/// header being JSON and the payload the rest (PROTOCOL section 6). It is read for diagnosis and migration alone: no
/// cache of ours writes one, or takes one for an entry.
/// </summary>
/// <param name="Header">The header.</param>
/// <param name="PayloadStart">Where the payload begins.</param>
public sealed record PythonFrame(PythonHeader Header, int PayloadStart)
{
    /// <summary>Bytes before the header: magic, version, length of the header.</summary>
    public const int PrefixSize = 7;

    /// <summary>The version that is read, and that Python writes.</summary>
    public const byte Version = 3;

    private const byte LegacyStart = (byte)'{';

    /// <summary>Where the version stands.</summary>
    private const int VersionAt = 2;

    private static ReadOnlySpan<byte> Magic => "CK"u8;

    /// <summary>Reads the header of untrusted bytes. The payload is not looked at.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="frame">The frame, when it was read.</param>
    public static PythonFrameOutcome Read(ReadOnlyMemory<byte> bytes, out PythonFrame? frame)
    {
        frame = null;
        ReadOnlySpan<byte> span = bytes.Span;
        if (!span.StartsWith(Magic))
        {
            return !span.IsEmpty && span[0] == LegacyStart ? PythonFrameOutcome.Legacy : PythonFrameOutcome.NoFrame;
        }

        if (span.Length > VersionAt && span[VersionAt] != Version)
        {
            return PythonFrameOutcome.OtherVersion;
        }

        if (span.Length < PrefixSize)
        {
            return PythonFrameOutcome.TooShort;
        }

        uint headerSize = BinaryPrimitives.ReadUInt32BigEndian(span[(VersionAt + 1)..]);
        if (headerSize > (uint)(span.Length - PrefixSize))
        {
            return PythonFrameOutcome.HeaderPastEnd;
        }

        if (PythonHeader.TryRead(bytes.Slice(PrefixSize, (int)headerSize)) is not { } header)
        {
            return PythonFrameOutcome.HeaderUnreadable;
        }

        frame = new PythonFrame(header, PrefixSize + (int)headerSize);
        return PythonFrameOutcome.Success;
    }

    /// <summary>Whether bytes begin as a frame of this version does.</summary>
    /// <param name="bytes">The bytes.</param>
    public static bool HasStart(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith(Magic) && bytes.Length > VersionAt && bytes[VersionAt] == Version;
}
