using System.Management.Automation;
using CacheKit.Core.Diagnostics;
using CacheKit.Execution;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Runs a block in which calls that name no session use this one, for this tenant.</summary>
[Cmdlet(
    VerbsOther.Use,
    "CacheKitSession",
    DefaultParameterSetName = ParameterSets.Current,
    HelpUri = HelpPages.Folder + "Use-CacheKitSession.md")]
[OutputType(typeof(object))]
public sealed class UseCacheKitSessionCommand : CacheKitCommand
{
    /// <summary>The session; the one in force unless given.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Session)]
    [ValidateNotNull]
    public CacheKitSession? Session { get; set; }

    /// <summary>The block.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ParameterSets.Current)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ParameterSets.Session)]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>Whose entries they are; the session's tenant unless given.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? Tenant { get; set; }

    /// <summary>The namespace of calls that name none; the session's unless given.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string? Namespace { get; set; }

    /// <summary>How long results of calls that do not say it are fresh; as the session says unless given.</summary>
    [Parameter]
    [TtlTransformation]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public Ttl? Ttl { get; set; }

    /// <summary>Makes an entry that is not authentic an error for calls that do not say it.</summary>
    [Parameter]
    public SwitchParameter FailClosed { get; set; }

    /// <summary>The arguments of the block.</summary>
    [Parameter]
    [Alias("Args")]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? ArgumentList { get; set; }

    /// <summary>Runs the block.</summary>
    protected override void ProcessRecord()
    {
        CacheKitSession session = Derive();
        using (SessionScopes.Enter(session))
        {
            new BlockCall(this, ScriptBlock, ArgumentList).Run(new ScopedOutput(this)).Write();
        }
    }

    private CacheKitSession Derive()
    {
        ThrowIfAny(IsGiven(nameof(Tenant)) ? Tenants.Check(Tenant) : null, Tenant);
        ThrowIfAny(IsGiven(nameof(Namespace)) ? Namespaces.Check(Namespace) : null, Namespace);
        ThrowIfAny(SessionTtl.Check(Ttl), Ttl?.Input ?? Ttl?.Script);
        CacheKitSession session = InForce();
        ThrowIfAny(session.IsClosed && !session.IsImplicit ? SessionCaches.Closed() : null, session);
        return session.With(Tenant, Namespace, Ttl, IsGiven(nameof(FailClosed)) ? FailClosed : null);
    }

    private CacheKitSession InForce()
    {
        try
        {
            return Session ?? SessionScopes.Current ?? ImplicitSession.Current;
        }
        catch (CacheKitException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, null));
            throw;
        }
    }
}
