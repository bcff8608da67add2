using System.Management.Automation;
using CacheKit.CacheKeys;
using CacheKit.Core.Caching;
using CacheKit.Execution;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>Returns the cached result of a block, or runs it once and caches its result encrypted.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "SecureCached", HelpUri = HelpPages.Folder + "Invoke-SecureCached.md")]
[OutputType(typeof(object))]
public sealed class InvokeSecureCachedCommand : SessionCommand, ICachingParameters
{
    private BlockEngine? _engine;

    /// <summary>The block: run when there is no fresh entry.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>
    /// Makes an entry that is not authentic an error, instead of a warning and another run of the block.
    /// </summary>
    [Parameter]
    public SwitchParameter FailClosed { get; set; }

    /// <summary>How long its result is fresh; the session's, else 300 seconds, unless given.</summary>
    [Parameter]
    [TtlTransformation]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public TtlArgument? Ttl { get; set; }

    /// <summary>For how long after its time an entry is returned when the block fails.</summary>
    [Parameter]
    [TtlTransformation]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public TtlArgument? StaleIfError { get; set; }

    /// <summary>
    /// By which part of it the TTL may be shorter, at random: entries made together do not end together.
    /// </summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double Jitter { get; set; }

    /// <summary>How deep objects of types that are not kept as such are looked into, as in Export-Clixml.</summary>
    [Parameter]
    [ValidateRange(0, 64)]
    public int Depth { get; set; } = 2;

    /// <summary>How long to wait for another runspace that computes the same; 60 seconds unless given.</summary>
    [Parameter]
    [TtlTransformation]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public TtlArgument? LockTimeout { get; set; }

    /// <summary>Does not compress the value, for those who mix secrets with text that others choose.</summary>
    [Parameter]
    public SwitchParameter NoCompression { get; set; }

    /// <summary>Makes a native command of the block that ends with another code than zero an error.</summary>
    [Parameter]
    public SwitchParameter NonZeroExitIsError { get; set; }

    /// <summary>How its result is written before it is encrypted.</summary>
    [Parameter]
    public Serializer Serializer { get; set; }

    /// <summary>Gives maps as ordered hashtables instead of objects; with -Interop.</summary>
    [Parameter]
    public SwitchParameter AsHashtable { get; set; }

    /// <summary>Runs the block in any case, and stores its result.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    /// <summary>Runs the block without the cache.</summary>
    [Parameter]
    public SwitchParameter Bypass { get; set; }

    /// <summary>An input object, the block's <c>$_</c>: each has an entry of its own.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public PSObject? InputObject { get; set; }

    /// <summary>The arguments of the block; they are part of a derived key.</summary>
    [Parameter]
    [Alias("Args")]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? ArgumentList { get; set; }

    /// <summary>The name of the entry, in place of a derived key.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    public string? Key { get; set; }

    /// <summary>
    /// What else tells one entry from another. A script block in it is asked about the input object, and stands for it.
    /// </summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? VaryBy { get; set; }

    /// <summary>The part of the cache to use; readable to the storage.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string? Namespace { get; set; }

    /// <summary>
    /// The operation of an entry that other languages share; with it nothing but the arguments makes the key.
    /// </summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(OperationCompleter))]
    public string? Interop { get; set; }

    private protected override void Begin()
    {
        base.Begin();
        _engine = BlockEngine.Open(Context, this, InForce, CacheMode.Secure, IsFailClosed(FailClosed));
        Subject = ScriptBlock;
    }

    private protected override void Process() =>
        _engine!.Answer(new CallInput(IsGiven(nameof(InputObject)), InputObject));

    private protected override void End() => _engine!.Flush();
}
