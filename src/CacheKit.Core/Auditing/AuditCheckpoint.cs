using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CacheKit.Core.Auditing;

/// <summary>Names the state of an audit log: the number of its last line, and its authentication code.</summary>
/// <param name="Number">The number of the line, from 1.</param>
/// <param name="Mac">Its code, 64 hexadecimal digits.</param>
public sealed record AuditCheckpoint(long Number, string Mac)
{
    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out AuditCheckpoint? checkpoint)
    {
        checkpoint = null;
        string[] parts = text?.Trim().Split(':') ?? [];
        if (parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && number > 0
            && parts[1].Length == AuditLine.HashHexSize
            && parts[1].All(char.IsAsciiHexDigit))
        {
            checkpoint = new AuditCheckpoint(number, parts[1].ToLowerInvariant());
        }

        return checkpoint is not null;
    }

    /// <summary>Number, colon, code.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}:{Mac}");
}
