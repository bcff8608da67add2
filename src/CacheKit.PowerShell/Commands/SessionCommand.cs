using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>The base of the cmdlets that use a session for one tenant, which are resolved here, once.</summary>
public abstract class SessionCommand : CacheKitCommand
{
    /// <summary>Where to cache, and the defaults of the call; the session in force unless given.</summary>
    [Parameter]
    [ValidateNotNull]
    public CacheKitSession? Session { get; set; }

    /// <summary>Whose entries they are; the session's tenant unless given.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? Tenant { get; set; }

    /// <summary>The session of this call, for its tenant, with what it says for calls that do not say it.</summary>
    private protected SessionInForce InForce { get; private set; } = null!;

    private protected override void Begin()
    {
        if (IsGiven(nameof(Tenant)))
        {
            Tenants.Check(Tenant);
        }

        InForce = new SessionInForce(Session, Tenant);
    }

    /// <summary>Whether an entry that is not authentic is an error, and stays where it is.</summary>
    /// <param name="given">The switch of the cmdlet; the session says it where it was not given.</param>
    private protected bool IsFailClosed(SwitchParameter given) =>
        given || (InForce.Defaults.FailClosed && !IsGiven("FailClosed"));

    /// <summary>Takes a cache of the session until the command ends.</summary>
    /// <param name="mode">Which of the tenant's caches.</param>
    /// <exception cref="CacheKitException">The session is closed, or the configuration is not usable.</exception>
    private protected EntryCache Rent(CacheMode mode) => Context.Rent(InForce, mode);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // What else was kept may hold clear text, and goes first.
            base.Dispose(disposing);
            InForce?.Dispose();
        }
    }
}
