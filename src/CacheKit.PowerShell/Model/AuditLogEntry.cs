using CacheKit.Core.Auditing;

namespace CacheKit;

/// <summary>A line of an audit log: who did what to which entry, when, and from where.</summary>
public sealed class AuditLogEntry
{
    internal AuditLogEntry(AuditRecord record, bool? isAuthentic)
    {
        Number = record.Number;
        Time = record.Time;
        Event = (AuditLogEvent)record.Event;
        Tag = record.Tag;
        Namespace = record.Namespace;
        KeyId = record.KeyId;
        Fingerprint = record.Fingerprint;
        Count = record.Count;
        User = record.User;
        Host = record.Host;
        ProcessId = record.ProcessId;
        Script = record.Script;
        Line = record.ScriptLine == 0 ? null : record.ScriptLine;
        IsAuthentic = isAuthentic;
    }

    /// <summary>The number of the line in its chain, from 1.</summary>
    public long Number { get; }

    /// <summary>When it was written, by the clock of the host.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>What happened.</summary>
    public AuditLogEvent Event { get; }

    /// <summary>16 hexadecimal digits that stand for the tenant, as in the keys of its entries.</summary>
    public string Tag { get; }

    /// <summary>The namespace, or null for all of the tenant.</summary>
    public string? Namespace { get; }

    /// <summary>The entry: the last part of its key, 40 hexadecimal digits; null when it was more than one.</summary>
    public string? KeyId { get; }

    /// <summary>The key under which the entry is encrypted, as Test-CacheKitMasterKey tells it.</summary>
    public string? Fingerprint { get; }

    /// <summary>How many entries it was, if that was counted.</summary>
    public long? Count { get; }

    /// <summary>The user of the process.</summary>
    public string? User { get; }

    /// <summary>The name of the machine.</summary>
    public string? Host { get; }

    /// <summary>The id of the process.</summary>
    public int ProcessId { get; }

    /// <summary>The script that asked, or null at a prompt.</summary>
    public string? Script { get; }

    /// <summary>The line in the script, or null.</summary>
    public int? Line { get; }

    /// <summary>
    /// Whether the line by itself is authentic; null if it was not verified, or its key is not known.
    /// </summary>
    public bool? IsAuthentic { get; }

    /// <summary>Number, time, event and entry.</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Number} {Time:u} {Event} {Namespace}:{KeyId}");
}
