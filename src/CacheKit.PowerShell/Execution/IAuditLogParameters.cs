namespace CacheKit.Execution;

/// <summary>The parameters of the cmdlets that look at audit logs: which log, and the keys to verify it with.</summary>
internal interface IAuditLogParameters
{
    /// <summary>The log; that of the session unless given.</summary>
    string? Path { get; }

    /// <summary>The tenants whose lines are to be verified; the session's unless given.</summary>
    string[]? Tenant { get; }

    /// <summary>The session whose keys, and whose log, are meant; the session in force unless given.</summary>
    CacheKitSession? Session { get; }

    /// <summary>The master key; the session's unless given.</summary>
    object? MasterKey { get; }

    /// <summary>Earlier master keys, under which a part of the log was written.</summary>
    object?[]? PreviousMasterKey { get; }
}
