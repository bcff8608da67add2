using System.Management.Automation;
using CacheKit.Core.Auditing;
using CacheKit.Execution;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>Gives the lines of an audit log: who did what to which entry, when, and from where.</summary>
[Cmdlet(VerbsCommon.Get, "CacheKitAuditLog", HelpUri = HelpPages.Folder + "Get-CacheKitAuditLog.md")]
[OutputType(typeof(AuditLogEntry))]
public sealed class GetCacheKitAuditLogCommand : CacheKitCommand, IAuditLogParameters
{
    private AuditLogSource? _logs;

    /// <summary>Only these events.</summary>
    [Parameter]
    public AuditLogEvent[]? Event { get; set; }

    /// <summary>Only what was written then or later.</summary>
    [Parameter]
    public DateTimeOffset Since { get; set; } = DateTimeOffset.MinValue;

    /// <summary>Only what was written before.</summary>
    [Parameter]
    public DateTimeOffset Until { get; set; } = DateTimeOffset.MaxValue;

    /// <summary>Only these namespaces; with wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string[]? Namespace { get; set; }

    /// <summary>Only these entries: their ids or whole keys, as Get-CacheKitKey tells them; with wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? KeyId { get; set; }

    /// <summary>Only these users; with wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? User { get; set; }

    /// <summary>Only these scripts: their paths or names; with wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? Script { get; set; }

    /// <summary>Only so many, the last ones.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Tail { get; set; }

    /// <summary>Tells of each line whether it is authentic by itself.</summary>
    [Parameter]
    public SwitchParameter Verify { get; set; }

    /// <summary>The log; that of the session unless given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [AllowEmptyString]
    [AllowNull]
    public string? Path { get; set; }

    /// <summary>The tenants whose lines are to be verified; the session's unless given.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [AllowNull]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[]? Tenant { get; set; }

    /// <summary>The session whose keys, and whose log, are meant; the session in force unless given.</summary>
    [Parameter]
    [ValidateNotNull]
    public CacheKitSession? Session { get; set; }

    /// <summary>The master key; the session's unless given.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    public object? MasterKey { get; set; }

    /// <summary>Earlier master keys, under which a part of the log was written.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    [KeyListTransformation]
    public object?[]? PreviousMasterKey { get; set; }

    private protected override void Begin() => _logs = new AuditLogSource(Context, this);

    private protected override void Process() => _logs!.Look(Look);

    private void Look(string path)
    {
        using AuditKeys? keys = Verify ? _logs!.FindKeys() : null;
        AuditReader reader = new(keys);
        AuditLogFilter filter = new(Namespace, KeyId, User, Script) { Events = Event, Since = Since, Until = Until };
        IEnumerable<AuditLogEntry> found = reader.Read(path)
            .TakeWhile(_ => !Context.StopToken.IsCancellationRequested)
            .Select(line => new AuditLogEntry(line.Record, line.IsAuthentic))
            .Where(filter.Takes);
        foreach (AuditLogEntry entry in IsGiven(nameof(Tail)) ? found.TakeLast(Tail) : found)
        {
            WriteObject(entry);
        }

        if (reader.OtherLines > 0)
        {
            WriteWarning(
                $"{reader.OtherLines} lines of '{path}' are not lines of an audit log. Test-CacheKitAuditLog tells more.");
        }
    }
}
