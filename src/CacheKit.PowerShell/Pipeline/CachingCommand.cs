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

    private string? _key;
    private bool _keyIsGiven;

    /// <summary>The block: run when there is no fresh entry.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>How long its result is fresh; 300 seconds unless given.</summary>
    [Parameter]
    [TtlTransformation]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public Ttl Ttl { get; set; } = Ttl.Default;

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

    /// <summary>The part of the cache to use; readable to the storage.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string Namespace { get; set; } = DefaultNamespace;

    /// <summary>How its result is written before it is encrypted.</summary>
    [Parameter]
    public Serializer Serializer { get; set; }

    /// <summary>Runs the block in any case, and stores its result.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    /// <summary>Runs the block without the cache.</summary>
    [Parameter]
    public SwitchParameter Bypass { get; set; }

    /// <summary>Checks the parameters: what they say is an error before anything else happens.</summary>
    protected override void BeginProcessing()
    {
        if (Ttl.Problem is { } problem)
        {
            Refuse(ErrorIds.TtlInvalid, $"The TTL cannot be used: {problem}.", "Try -Ttl 300 or -Ttl 5m.", Ttl.Input);
        }

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

    /// <summary>Ends the command with an error of the catalogue.</summary>
    private protected void Refuse(string errorId, string message, string advice, object? target) =>
        ThrowTerminatingError(ErrorRecords.From(new CacheKitException(errorId, message, advice), target));

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamespaceForm();

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
