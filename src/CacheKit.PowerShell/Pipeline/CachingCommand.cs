using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;
using CacheKit.Completion;
using CacheKit.Core.Diagnostics;
using CacheKit.Transformation;

namespace CacheKit.Pipeline;

/// <summary>The base of the cmdlets that run a block once and cache its result: their common parameters.</summary>
public abstract partial class CachingCommand : CacheKitCommand
{
    private const string DefaultNamespace = "main";
    private const int LongestKey = 1024;

    private static readonly Ttl s_lockTimeout = Ttl.From(60);

    private string? _key;
    private bool _keyIsGiven;
    private PSObject? _input;
    private bool _hasInput;

    /// <summary>The block: run when there is no fresh entry.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>How long its result is fresh; 300 seconds unless given.</summary>
    [Parameter]
    [TtlTransformation]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public Ttl Ttl { get; set; } = Ttl.Default;

    /// <summary>An input object, the block's <c>$_</c>: each has an entry of its own.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public PSObject? InputObject
    {
        get => _input;
        set
        {
            _input = value;
            _hasInput = true;
        }
    }

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
    public string? Key
    {
        get => _key;
        set
        {
            _key = value;
            _keyIsGiven = true;
        }
    }

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
    public string Namespace { get; set; } = DefaultNamespace;

    /// <summary>For how long after its time an entry is returned when the block fails.</summary>
    [Parameter]
    [TtlTransformation]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public Ttl? StaleIfError { get; set; }

    /// <summary>By which part of it the TTL may be shorter, at random: entries made together do not end together.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double Jitter { get; set; }

    /// <summary>How deep objects of types that are not kept as such are looked into, as in Export-Clixml.</summary>
    [Parameter]
    [ValidateRange(0, 64)]
    public int Depth { get; set; } = 2;

    /// <summary>How long to wait for another runspace that computes the same; 60 seconds unless given.</summary>
    [Parameter]
    [TtlTransformation(AllowZero = true)]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public Ttl LockTimeout { get; set; } = s_lockTimeout;

    /// <summary>Does not compress the value, for those who mix secrets with text that others choose.</summary>
    [Parameter]
    public SwitchParameter NoCompression { get; set; }

    /// <summary>Makes a native command of the block that ends with another code than zero an error.</summary>
    [Parameter]
    public SwitchParameter NonZeroExitIsError { get; set; }

    /// <summary>Runs the block in any case, and stores its result.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    /// <summary>Runs the block without the cache.</summary>
    [Parameter]
    public SwitchParameter Bypass { get; set; }

    /// <summary>Checks the parameters: what they say is an error before anything else happens.</summary>
    protected override void BeginProcessing()
    {
        CheckDuration(nameof(Ttl), Ttl, mayBeComputed: true);
        CheckDuration(nameof(StaleIfError), StaleIfError, mayBeComputed: false);
        CheckDuration(nameof(LockTimeout), LockTimeout, mayBeComputed: false);

        if (Refresh && Bypass)
        {
            Refuse(
                ErrorIds.ParameterConflict,
                "-Refresh stores the result and -Bypass does not: they cannot be given together.",
                "Give one of them.",
                null);
        }

        if (!ReferenceEquals(Namespace, DefaultNamespace))
        {
            CheckNamespace();
        }

        if (_keyIsGiven && (string.IsNullOrWhiteSpace(_key) || Encoding.UTF8.GetByteCount(_key) > LongestKey))
        {
            Refuse(
                ErrorIds.KeyInvalid,
                $"A key is text of 1 to {LongestKey} bytes, and not only white space.",
                "Give another -Key, or none to have it derived from the block.",
                Key);
        }
    }

    /// <summary>Whether this call has an input object.</summary>
    private protected bool HasInput => _hasInput;

    /// <summary>Ends the command with an error of the catalogue.</summary>
    private protected void Refuse(string errorId, string message, string advice, object? target) =>
        ThrowTerminatingError(ErrorRecords.From(new CacheKitException(errorId, message, advice), target));

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamespaceForm();

    private void CheckDuration(string parameter, Ttl? given, bool mayBeComputed)
    {
        string? problem = given?.Problem
            ?? (given?.Script is not null && !mayBeComputed ? "it cannot be computed from the result" : null);
        if (problem is not null)
        {
            Refuse(
                ErrorIds.TtlInvalid,
                $"-{parameter} cannot be used: {problem}.",
                $"Try -{parameter} 300 or -{parameter} 5m.",
                given!.Input ?? given.Script);
        }
    }

    private void CheckNamespace()
    {
        if (Namespace is null || !NamespaceForm().IsMatch(Namespace))
        {
            Refuse(
                ErrorIds.NamespaceInvalid,
                "A namespace is 1 to 64 letters (A-Z), digits, dots, hyphens and underscores.",
                "Give another -Namespace, or put what varies into -Key.",
                Namespace);
        }

        NamespaceCompleter.Remember(Namespace!);
    }
}
