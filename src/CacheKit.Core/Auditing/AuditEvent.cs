namespace CacheKit.Core.Auditing;

/// <summary>What a line of an audit log tells.</summary>
public enum AuditEvent
{
    /// <summary>An entry was decrypted and given to the script.</summary>
    Open,

    /// <summary>A value was encrypted to be stored.</summary>
    Seal,

    /// <summary>There was no entry to use.</summary>
    Miss,

    /// <summary>There was an entry, and it was not authentic or did not decode.</summary>
    Refused,

    /// <summary>An entry was encrypted under another key.</summary>
    Rotated,

    /// <summary>One entry or several were removed.</summary>
    Cleared,
}
