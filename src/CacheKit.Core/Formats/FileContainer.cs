using System.Buffers.Binary;
using System.Text;
using CacheKit.Core.Cryptography;

namespace CacheKit.Core.Formats;

/// <summary>How reading a file of the family's file back end ended.</summary>
public enum FileContainerOutcome
{
    /// <summary>Its content is there.</summary>
    Success,

    /// <summary>The bytes do not begin as such a file does.</summary>
    NoContainer,

    /// <summary>It has flags, or a reserved byte, that this version knows nothing of: nobody may touch it.</summary>
    Unknown,

    /// <summary>Its time is over.</summary>
    Expired,
}

/// <summary>
/// A file of the family's file back end: <c>43 4B | 01 | 0 u8 | flags u16 = 0 | expiry u64 | content</c>, the expiry in
/// seconds since 1970 UTC and 0 for never (PROTOCOL section 10). The content is any entry.
/// </summary>
/// <param name="ExpiresUnixSeconds">When its time is over; 0 for never. Nothing vouches for it.</param>
public sealed record FileContainer(ulong ExpiresUnixSeconds)
{
    /// <summary>Bytes before the content.</summary>
    public const int HeaderSize = 14;

    /// <summary>The last second of the calendar, from 1970 UTC.</summary>
    private static readonly ulong s_lastSecond = (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>The size in bytes of the hash that names a file.</summary>
    private const int NameHashSize = 16;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, true);

    private static ReadOnlySpan<byte> Magic => "CK\u0001"u8;

    /// <summary>When its time is over; null for never, or for a time beyond the calendar.</summary>
    public DateTimeOffset? Expires => ExpiresUnixSeconds is 0 || ExpiresUnixSeconds > s_lastSecond
        ? null
        : DateTimeOffset.FromUnixTimeSeconds((long)ExpiresUnixSeconds);

    /// <summary>Reads untrusted bytes.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="now">The time.</param>
    /// <param name="container">What the header of a known one says; the content lies behind it.</param>
    public static FileContainerOutcome Read(
        ReadOnlySpan<byte> file, DateTimeOffset now, out FileContainer? container)
    {
        container = null;
        if (file.Length < HeaderSize || !file.StartsWith(Magic))
        {
            return FileContainerOutcome.NoContainer;
        }

        if (file[3] != 0 || BinaryPrimitives.ReadUInt16BigEndian(file[4..]) != 0)
        {
            return FileContainerOutcome.Unknown;
        }

        container = new FileContainer(BinaryPrimitives.ReadUInt64BigEndian(file[6..]));
        return container.IsExpired(now) ? FileContainerOutcome.Expired : FileContainerOutcome.Success;
    }

    /// <summary>The name of the file that has the entry of a key: 32 lower-case hexadecimal digits.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="EncoderFallbackException">The key is not well-formed text.</exception>
    public static string FileNameOf(string key)
    {
        Span<byte> hash = stackalloc byte[NameHashSize];
        Blake2bHash.Compute(s_strictUtf8.GetBytes(key), hash);
        return LowerHex.ToText(hash);
    }

    /// <summary>A second counts as over when it begins.</summary>
    private bool IsExpired(DateTimeOffset now) =>
        ExpiresUnixSeconds != 0 && (ulong)Math.Max(0, now.ToUnixTimeSeconds()) >= ExpiresUnixSeconds;
}
