using System.Management.Automation;
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
    public TtlArgument? Ttl { get; set; }

    /// <summary>Makes an entry that is not authentic an error for calls that do not say it.</summary>
    [Parameter]
    public SwitchParameter FailClosed { get; set; }

    /// <summary>The arguments of the block.</summary>
    [Parameter]
    [Alias("Args")]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? ArgumentList { get; set; }

    private protected override void Process()
    {
        CacheKitSession session = Derive();
        using (SessionScopes.Enter(session))
        {
            new BlockCall(this, ScriptBlock, ArgumentList).Run(new ScopedOutput(this)).Write();
        }
    }

    private CacheKitSession Derive()
    {
        if (IsGiven(nameof(Tenant)))
        {
            Tenants.Check(Tenant);
        }

        if (IsGiven(nameof(Namespace)))
        {
            Namespaces.Check(Namespace);
        }

        Ttl? ttl = Ttl?.Read(nameof(Ttl), CallDefaults.WhyNoScript);
        CacheKitSession session = new SessionInForce(Session).Session;
        if (session.IsClosed && !session.IsImplicit)
        {
            throw SessionCaches.Closed(session);
        }

        CallDefaults defaults = session.Defaults;
        return session.With(new CallDefaults(Tenant ?? defaults.Tenant)
        {
            Namespace = Namespace ?? defaults.Namespace,
            HasNamespace = Namespace is not null || defaults.HasNamespace,
            Ttl = ttl ?? defaults.Ttl,
            FailClosed = IsGiven(nameof(FailClosed)) ? FailClosed : defaults.FailClosed,
        });
    }
}
