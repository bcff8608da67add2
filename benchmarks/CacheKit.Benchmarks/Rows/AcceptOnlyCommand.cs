using System.Management.Automation;
using CacheKit.Completion;
using CacheKit.Transformation;

namespace CacheKit.Benchmarks.Rows;

/// <summary>The parameters of Invoke-SecureCached, and nothing else: what PowerShell takes for any such cmdlet.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Nothing")]
[OutputType(typeof(object))]
public sealed class AcceptOnlyCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    [Parameter]
    [TtlTransformation]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public Ttl Ttl { get; set; } = null!;

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
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string Namespace { get; set; } = null!;

    [Parameter]
    public SwitchParameter Refresh { get; set; }

    [Parameter]
    public SwitchParameter Bypass { get; set; }

    [Parameter]
    public SwitchParameter FailClosed { get; set; }
}
