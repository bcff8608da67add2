using System.Security.Cryptography;
using System.Text.Json;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;

namespace CacheKit.Core.Auditing;

/// <summary>
/// A line of an audit log: one JSON object. It ends in <c>,"mac":"(64 digits)"}</c> and a line feed; what comes before
/// that is what the code authenticates, byte for byte (docs/formats.md, audit log).
/// </summary>
internal sealed class AuditLine
{
    /// <summary>The longest line in bytes, with its line feed.</summary>
    public const int LongestSize = 16 * 1024;

    /// <summary>The size of a link and of an authentication code in hexadecimal digits.</summary>
    public const int HashHexSize = 2 * SHA256.HashSizeInBytes;

    private AuditLine(AuditRecord record, string previous, AuditMarks marks)
    {
        Record = record;
        Previous = previous;
        Marks = marks;
    }

    /// <summary>The link of the first line: there is nothing before it.</summary>
    public static string FirstLink { get; } = new('0', HashHexSize);

    /// <summary>What stands between the authenticated bytes and their code.</summary>
    public static ReadOnlySpan<byte> MacStart => ",\"mac\":\""u8;

    /// <summary>What stands after the code.</summary>
    public static ReadOnlySpan<byte> End => "\"}\n"u8;

    /// <summary>What it says.</summary>
    public AuditRecord Record { get; }

    /// <summary>The link of the line before, 64 digits.</summary>
    public string Previous { get; }

    /// <summary>What the writer had to put right.</summary>
    public AuditMarks Marks { get; }

    private static int TailSize => MacStart.Length + HashHexSize + End.Length;

    /// <summary>What the next line is linked to: SHA-256 of all bytes of a line, its line feed included.</summary>
    /// <param name="line">The line.</param>
    public static string LinkOf(ReadOnlySpan<byte> line)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(line, hash);
        return LowerHex.ToText(hash);
    }

    /// <summary>The authentication code of a line that was parsed, 64 digits.</summary>
    /// <param name="line">The line.</param>
    public static ReadOnlySpan<byte> MacOf(ReadOnlySpan<byte> line) => line[^(HashHexSize + End.Length)..^End.Length];

    /// <summary>Whether the code of a line that was parsed is right.</summary>
    /// <param name="line">The line.</param>
    /// <param name="hash">The hash under the key of the line's tenant.</param>
    public static bool IsAuthentic(ReadOnlySpan<byte> line, KeyedHash hash)
    {
        Span<byte> mac = stackalloc byte[KeyedHash.HashSize];
        hash.Compute(line[..^TailSize], [], mac);
        Span<byte> digits = stackalloc byte[HashHexSize];
        LowerHex.Encode(mac, digits);
        return CryptographicOperations.FixedTimeEquals(digits, MacOf(line));
    }

    /// <summary>Reads a line, which may be anything.</summary>
    /// <param name="line">The line with its line feed.</param>
    /// <returns>Null when it has another form.</returns>
    public static AuditLine? TryParse(ReadOnlySpan<byte> line)
    {
        if (line.Length <= TailSize || line.Length > LongestSize || !line.EndsWith(End)
            || !line[..^(HashHexSize + End.Length)].EndsWith(MacStart)
            || !LowerHex.IsAll(MacOf(line)))
        {
            return null;
        }

        try
        {
            return Read(line);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private static AuditLine? Read(ReadOnlySpan<byte> line)
    {
        Utf8JsonReader json = new(line);
        AuditFields fields = default;
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            fields.Take(name, ref json);
        }

        return json.TokenType == JsonTokenType.EndObject && !json.Read() && fields.IsComplete
            ? new AuditLine(fields.ToRecord(), fields.Previous!, fields.Marks)
            : null;
    }
}
