using System.Management.Automation;
using CacheKit.Parameters;

namespace CacheKit.Benchmarks.Rows;

/// <summary>
/// The parameters of Invoke-SecureCached, and nothing else: what PowerShell takes for any such cmdlet.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "Nothing")]
[OutputType(typeof(object))]
public sealed class AcceptOnlyCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    [Parameter]
    [TtlTransformation]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public TtlArgument? Ttl { get; set; }

    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public PSObject? InputObject { get; set; }

    [Parameter]
    [Alias("Args")]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? ArgumentList { get; set; }

    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    public string? Key { get; set; }

    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? VaryBy { get; set; }

    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string Namespace { get; set; } = null!;

    [Parameter]
    [ValidateNotNull]
    public CacheKitSession? Session { get; set; }

    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? Tenant { get; set; }

    [Parameter]
    [TtlTransformation]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public TtlArgument? StaleIfError { get; set; }

    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double Jitter { get; set; }

    [Parameter]
    [ValidateRange(0, 64)]
    public int Depth { get; set; }

    [Parameter]
    [TtlTransformation]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public TtlArgument? LockTimeout { get; set; }

    [Parameter]
    public SwitchParameter NoCompression { get; set; }

    [Parameter]
    public SwitchParameter NonZeroExitIsError { get; set; }

    [Parameter]
    public Serializer Serializer { get; set; }

    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    public string? Interop { get; set; }

    [Parameter]
    public SwitchParameter AsHashtable { get; set; }

    [Parameter]
    public SwitchParameter Refresh { get; set; }

    [Parameter]
    public SwitchParameter Bypass { get; set; }

    [Parameter]
    public SwitchParameter FailClosed { get; set; }
}
