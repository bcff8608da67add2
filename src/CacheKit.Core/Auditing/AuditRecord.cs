namespace CacheKit.Core.Auditing;

/// <summary>What a line of an audit log says. It is a claim until the line was verified.</summary>
public sealed record AuditRecord
{
    /// <summary>The number of the line in its chain, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>When it was written, by the clock of the host.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What happened.</summary>
    public required AuditEvent Event { get; init; }

    /// <summary>16 hexadecimal digits that stand for the tenant under the key that authenticates the line.</summary>
    public required string Tag { get; init; }

    /// <summary>The namespace, or null for all of the tenant.</summary>
    public string? Namespace { get; init; }

    /// <summary>The entry's id, 40 hexadecimal digits, or null when it was more than one.</summary>
    public string? KeyId { get; init; }

    /// <summary>The key under which the entry is encrypted, 32 hexadecimal digits.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>How many entries it was, if that was counted.</summary>
    public long? Count { get; init; }

    /// <summary>The user of the process.</summary>
    public string? User { get; init; }

    /// <summary>The name of the machine.</summary>
    public string? Host { get; init; }

    /// <summary>The id of the process.</summary>
    public int ProcessId { get; init; }

    /// <summary>The script that asked, or null at a prompt.</summary>
    public string? Script { get; init; }

    /// <summary>The line in the script, from 1; 0 if there is none.</summary>
    public int ScriptLine { get; init; }
}
