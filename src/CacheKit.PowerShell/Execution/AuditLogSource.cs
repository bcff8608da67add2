using System.Management.Automation;
using CacheKit.Core.Auditing;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Execution;

/// <summary>The audit log that the parameters of a cmdlet name, and the keys to verify it with.</summary>
/// <param name="context">The cmdlet.</param>
/// <param name="parameters">Its parameters.</param>
internal sealed class AuditLogSource(CommandContext context, IAuditLogParameters parameters)
{
    private PSCmdlet Cmdlet => context.Cmdlet;

    /// <summary>Looks at the log. One that cannot be read is an error: another of the pipeline may be usable.</summary>
    /// <param name="look">Looks at the log of a full path.</param>
    public void Look(Action<string> look)
    {
        try
        {
            look(FindPath());
        }
        catch (CacheKitException failure)
        {
            Cmdlet.WriteError(ErrorRecords.From(failure, parameters.Path));
        }
    }

    /// <summary>The keys to verify a log with.</summary>
    /// <returns>The keys, which are the caller's.</returns>
    /// <exception cref="CacheKitException">There is no usable key, or a tenant cannot be one.</exception>
    public AuditKeys FindKeys()
    {
        bool hasPrevious = context.IsGiven(nameof(IAuditLogParameters.PreviousMasterKey));
        if (context.IsGiven(nameof(IAuditLogParameters.MasterKey)))
        {
            object?[] previous = hasPrevious ? parameters.PreviousMasterKey ?? [null] : [];
            using KeyRing ring = MasterKeyParameter.Read(parameters.MasterKey, previous);
            return new AuditKeys(ring, FindTenants());
        }

        if (hasPrevious)
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
        if (context.IsGiven(nameof(IAuditLogParameters.Path)))
        {
            return PathResolver.Resolve(Cmdlet, parameters.Path, ErrorIds.AuditLogUnusable);
        }

        return FindSession().Caches.Audit?.Path ?? throw new CacheKitException(
            ErrorIds.AuditLogUnusable,
            "The session in force has no audit log.",
            "Name the log with -Path, or make a session with New-CacheKitSession -AuditPath.");
    }

    private string[] FindTenants()
    {
        bool needsNoSession = context.IsGiven(nameof(IAuditLogParameters.MasterKey)) && parameters.Session is null;
        string[] tenants = parameters.Tenant is { Length: > 0 } given
            ? given
            : [needsNoSession ? TenantKeyDerivation.DefaultTenant : FindSession().Tenant];
        Array.ForEach(tenants, Tenants.Check);
        return tenants;
    }

    private CacheKitSession FindSession() => new SessionInForce(parameters.Session).Session;
}
