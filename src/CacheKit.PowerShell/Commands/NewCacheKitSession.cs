using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage.Memory;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Makes a session: where to cache, for which tenant and under which key.</summary>
[Cmdlet(
    VerbsCommon.New,
    "CacheKitSession",
    DefaultParameterSetName = ParameterSets.Environment,
    HelpUri = HelpPages.Folder + "New-CacheKitSession.md")]
[OutputType(typeof(CacheKitSession))]
public sealed partial class NewCacheKitSessionCommand : CacheKitCommand
{
    private TimeSpan? _connectTimeout;
    private TimeSpan? _operationTimeout;

    /// <summary>Caches in the memory of this process alone.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Memory)]
    public SwitchParameter Memory { get; set; }

    /// <summary>Caches in this database file.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Path)]
    [AllowEmptyString]
    [AllowNull]
    public string? Path { get; set; }

    /// <summary>How large the database may grow, in bytes; 1 GB unless given.</summary>
    [Parameter(ParameterSetName = ParameterSets.Path)]
    public long MaxSize { get; set; }

    /// <summary>Caches in this Redis: a URL, or a configuration string of StackExchange.Redis.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Redis)]
    [AllowEmptyString]
    [AllowNull]
    public string? Redis { get; set; }

    /// <summary>User and password of the Redis.</summary>
    [Parameter(ParameterSetName = ParameterSets.Redis)]
    [ValidateNotNull]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>The number of the logical database of the Redis.</summary>
    [Parameter(ParameterSetName = ParameterSets.Redis)]
    [ValidateRange(0, 65535)]
    public int Database { get; set; }

    /// <summary>Neither tells other processes what this one replaces and removes, nor listens to them.</summary>
    [Parameter(ParameterSetName = ParameterSets.Redis)]
    public SwitchParameter NoChangeNotification { get; set; }

    /// <summary>Caches in the CacheKit service, or another HTTP store, with this key: a SecureString or text.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Http)]
    [AllowEmptyString]
    [AllowNull]
    public object? ApiKey { get; set; }

    /// <summary>The address of the HTTP store; that of the CacheKit service unless given.</summary>
    [Parameter(ParameterSetName = ParameterSets.Http)]
    [AllowEmptyString]
    [AllowNull]
    public string? Uri { get; set; }

    /// <summary>Allows another host than the CacheKit service's own.</summary>
    [Parameter(ParameterSetName = ParameterSets.Http)]
    public SwitchParameter AllowCustomHost { get; set; }

    /// <summary>Allows a host in a private network.</summary>
    [Parameter(ParameterSetName = ParameterSets.Http)]
    public SwitchParameter AllowPrivateNetwork { get; set; }

    /// <summary>A PEM file with the only certificate authorities to trust.</summary>
    [Parameter(ParameterSetName = ParameterSets.Redis)]
    [Parameter(ParameterSetName = ParameterSets.Http)]
    [AllowEmptyString]
    [AllowNull]
    public string? CaFile { get; set; }

    /// <summary>How long connecting may take; 2 seconds unless given.</summary>
    [Parameter(ParameterSetName = ParameterSets.Redis)]
    [Parameter(ParameterSetName = ParameterSets.Http)]
    [TtlTransformation]
    public TtlArgument? ConnectTimeout { get; set; }

    /// <summary>How long an operation of the store may take; 1 second unless given.</summary>
    [Parameter(ParameterSetName = ParameterSets.Redis)]
    [Parameter(ParameterSetName = ParameterSets.Http)]
    [TtlTransformation]
    public TtlArgument? OperationTimeout { get; set; }

    /// <summary>Whose entries they are; no other tenant can find or open them.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string Tenant { get; set; } = TenantKeyDerivation.DefaultTenant;

    /// <summary>The namespace of calls that name none.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string Namespace { get; set; } = Namespaces.Default;

    /// <summary>How long results of calls that do not say it are fresh; 300 seconds unless given.</summary>
    [Parameter]
    [TtlTransformation]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public TtlArgument? Ttl { get; set; }

    /// <summary>Makes an entry that is not authentic an error for calls that do not say it.</summary>
    [Parameter]
    public SwitchParameter FailClosed { get; set; }

    /// <summary>How much memory entries may take, in bytes; 64 MB unless given.</summary>
    [Parameter]
    public long MemoryLimit { get; set; } = MemoryTier.DefaultMaxBytes;

    /// <summary>Asks the store at each call: nothing is kept in memory.</summary>
    [Parameter(ParameterSetName = ParameterSets.Environment)]
    [Parameter(ParameterSetName = ParameterSets.Path)]
    [Parameter(ParameterSetName = ParameterSets.Redis)]
    [Parameter(ParameterSetName = ParameterSets.Http)]
    [Parameter(ParameterSetName = ParameterSets.Backend)]
    public SwitchParameter NoMemoryTier { get; set; }

    /// <summary>Makes it the session of every call in this runspace that names none.</summary>
    [Parameter]
    public SwitchParameter AsDefault { get; set; }

    private protected override void Process()
    {
        CallDefaults defaults = ReadDefaults();
        _connectTimeout = ReadTimeout(ConnectTimeout, nameof(ConnectTimeout));
        _operationTimeout = ReadTimeout(OperationTimeout, nameof(OperationTimeout));
        CheckSizes();
        Subject = Path ?? HarmlessUri() ?? Backend;
        CacheKitEnvironment environment = CacheKitEnvironment.Capture();
        StoreChoice store = ChooseStore(environment);
        long memoryTierBytes = NoMemoryTier ? 0 : Memory ? MemoryLimit / 2 : MemoryLimit;
        // What is wrong with the rest of the store's options is told now, not at the first call.
        _ = Context.Wait(_ => store.DescribeAsync(TimeProvider.System));
        SessionCaches caches = new(store, memoryTierBytes, ReadKeys(environment)) { Audit = OpenAuditTrail() };
        CacheKitSession session = new(caches, defaults);
        if (AsDefault)
        {
            SessionScopes.SetDefault(session);
        }

        WriteObject(session);
    }

    /// <summary>The address as it was given, unless it may have a password in it.</summary>
    private string? HarmlessUri() => Uri?.Contains('@', StringComparison.Ordinal) == true ? null : Uri;
}
