using System.Management.Automation;
using CacheKit.Core.Auditing;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Execution;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>The base of the cmdlets that look at audit logs: which log, and the keys to verify it with.</summary>
public abstract class AuditLogCommand : CacheKitCommand
{
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

    /// <summary>Looks at one log.</summary>
    protected override void ProcessRecord()
    {
        try
        {
            Look(FindPath());
        }
        catch (CacheKitException failure)
        {
            // Another log of the pipeline may be usable.
            WriteError(ErrorRecords.From(failure, Path));
        }
    }

    /// <summary>Looks at a log.</summary>
    /// <param name="path">Its full path.</param>
    /// <exception cref="CacheKitException">It cannot be read, or there is no usable key.</exception>
    private protected abstract void Look(string path);

    /// <summary>The keys to verify a log with.</summary>
    /// <returns>The keys, which are the caller's.</returns>
    /// <exception cref="CacheKitException">There is no usable key, or a tenant cannot be one.</exception>
    private protected AuditKeys FindKeys()
    {
        if (IsGiven(nameof(MasterKey)))
        {
            object?[] previous = IsGiven(nameof(PreviousMasterKey)) ? PreviousMasterKey ?? [null] : [];
            using KeyRing ring = MasterKeyParameter.Read(MasterKey, previous);
            return new AuditKeys(ring, FindTenants());
        }

        if (IsGiven(nameof(PreviousMasterKey)))
        {
            throw new CacheKitException(
                ErrorIds.ParameterConflict,
                "-PreviousMasterKey completes -MasterKey, which was not given.",
                "Give -MasterKey too.");
        }

        return FindSession().Caches.WithKeys(ring => new AuditKeys(ring, FindTenants()));
    }

    private string FindPath()
    {
        if (IsGiven(nameof(Path)))
        {
            return PathResolver.Resolve(this, Path, ErrorIds.AuditLogUnusable);
        }

        return FindSession().Caches.Audit?.Path ?? throw new CacheKitException(
            ErrorIds.AuditLogUnusable,
            "The session in force has no audit log.",
            "Name the log with -Path, or make a session with New-CacheKitSession -AuditPath.");
    }

    private CacheKitSession FindSession() => Session ?? SessionScopes.Current ?? ImplicitSession.Current;

    private string[] FindTenants()
    {
        string[] tenants = Tenant is { Length: > 0 }
            ? Tenant
            : [IsGiven(nameof(MasterKey)) && Session is null ? TenantKeyDerivation.DefaultTenant : FindSession().Tenant];
        foreach (string tenant in tenants)
        {
            if (Tenants.Check(tenant) is { } failure)
            {
                throw failure;
            }
        }

        return tenants;
    }
}
