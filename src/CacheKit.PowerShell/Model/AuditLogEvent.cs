using CacheKit.Core.Auditing;

namespace CacheKit;

/// <summary>What a line of an audit log tells.</summary>
public enum AuditLogEvent
{
    /// <summary>An entry was decrypted and given to the script.</summary>
    Open = (int)AuditEvent.Open,

    /// <summary>A value was encrypted to be stored.</summary>
    Seal = (int)AuditEvent.Seal,

    /// <summary>There was no entry to use.</summary>
    Miss = (int)AuditEvent.Miss,

    /// <summary>There was an entry, and it was not authentic or did not decode.</summary>
    Refused = (int)AuditEvent.Refused,

    /// <summary>An entry was encrypted under another key.</summary>
    Rotated = (int)AuditEvent.Rotated,

    /// <summary>One entry or several were removed.</summary>
    Cleared = (int)AuditEvent.Cleared,
}
