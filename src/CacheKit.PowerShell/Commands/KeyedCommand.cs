using System.Management.Automation;
using System.Text;
using CacheKit.CacheKeys;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Execution;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>The base of the cmdlets that find the key of a block's result: what goes into it.</summary>
public abstract class KeyedCommand : SessionCommand
{
    private const string DefaultNamespace = Namespaces.Default;
    private const int LongestKey = 1024;

    private string? _key;
    private bool _keyIsGiven;
    private PSObject? _input;
    private bool _hasInput;
    private string? _interop;
    private bool _interopIsGiven;

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

    /// <summary>
    /// The operation of an entry that other languages share; with it nothing but the arguments makes the key.
    /// </summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(OperationCompleter))]
    public string? Interop
    {
        get => _interop;
        set
        {
            _interop = value;
            _interopIsGiven = true;
        }
    }

    /// <summary>Checks the parameters: what they say is an error before anything else happens.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        bool namesNamespace = IsInterop && IsGiven(nameof(Namespace));
        if (InEffect is not null && !IsGiven(nameof(Namespace)))
        {
            Namespace = InEffect.Namespace;
            namesNamespace = InEffect.HasNamespace;
        }

        if (IsInterop)
        {
            CheckInterop(namesNamespace);
        }
        else if (!ReferenceEquals(Namespace, DefaultNamespace))
        {
            ThrowIfAny(Namespaces.Check(Namespace), Namespace);
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

    /// <summary>Whether the entry is one that other languages share.</summary>
    private protected bool IsInterop => _interopIsGiven;

    /// <summary>Whether this call has an input object.</summary>
    private protected bool HasInput => _hasInput;

    /// <summary>Whether a key may be made of secrets, and a secret be stored.</summary>
    private protected virtual bool TakesSecrets => true;

    /// <summary>Computes where the entry of a call lies.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="block">The block; null when -Key is given.</param>
    /// <param name="input">The input object.</param>
    /// <param name="trace">Takes what went into the key, or null.</param>
    private protected EntryKeys KeysFor(EntryCache cache, ScriptBlock? block, object? input, KeyTrace? trace)
    {
        using SensitiveBuffer identity = SensitiveBuffer.Rent();
        bool holdsSecret = false;
        try
        {
            KeyBasis basis = new(block, Key, ArgumentList, VaryBy, HasInput, input);
            if (IsInterop)
            {
                InteropIdentity.Write(identity, Interop!, basis, trace);
            }
            else
            {
                holdsSecret = EntryIdentity.Write(identity, this, basis, trace);
            }
        }
        catch (CacheKitException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, block));
        }

        if (holdsSecret && !TakesSecrets)
        {
            Refuse(
                ErrorIds.SecretRefused,
                "The key of an entry that is not encrypted cannot be made of a SecureString or PSCredential.",
                "Use Invoke-SecureCached, or name the entry with -Key.",
                block);
        }

        return cache.KeysFor(Namespace, identity.WrittenSpan, holdsSecret);
    }

    private void CheckInterop(bool namesNamespace)
    {
        ThrowIfAny(InteropRules.CheckNames(Interop, namesNamespace ? Namespace : null), Interop);
        RefuseWithInterop(nameof(Key), "the arguments make the key");
        RefuseWithInterop(nameof(VaryBy), "the arguments make the key");
        if (!IsGiven(nameof(ArgumentList)))
        {
            return;
        }

        ThrowIfAny(InteropRules.CheckArguments(ArgumentList), null);
        if (MyInvocation.ExpectingInput || HasInput)
        {
            Refuse(
                ErrorIds.ParameterConflict,
                "With -Interop, an input object is the argument: it cannot be given beside -ArgumentList.",
                "Give each its own -ArgumentList, as in ForEach-Object { ... -ArgumentList $_, 'more' }.",
                null);
        }
    }

    /// <summary>Ends the command if a parameter was given that means nothing with -Interop.</summary>
    /// <param name="parameter">Its name.</param>
    /// <param name="reason">Why, as the end of a sentence.</param>
    private protected void RefuseWithInterop(string parameter, string reason)
    {
        if (IsGiven(parameter))
        {
            Refuse(
                ErrorIds.ParameterConflict,
                $"-{parameter} cannot be given with -Interop: {reason}.",
                "Give one of them.",
                null);
        }
    }
}
