namespace CacheKit.Core.Auditing;

/// <summary>What the writer of a line found and had to get along with (docs/formats.md, audit log).</summary>
internal struct AuditMarks
{
    /// <summary>The value of <see cref="Head"/> when there was no head to go on from.</summary>
    public const string LostHead = "lost";

    /// <summary>The authentication code, 64 digits, of a head that none of the writer's keys had made;
    /// <see cref="LostHead"/> when there was none.</summary>
    public string? Head;

    /// <summary>SHA-256, 64 digits, of what lies between the line before and this one and does not belong to the chain,
    /// without its last line feed.</summary>
    public string? Aside;
}
