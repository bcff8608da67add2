using System.Management.Automation;
using CacheKit.CacheKeys;
using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>Shows the key of the entry that Invoke-SecureCached would use, and what goes into it.</summary>
[Cmdlet(VerbsCommon.Get, "CacheKitKey", HelpUri = HelpPages.Folder + "Get-CacheKitKey.md")]
[OutputType(typeof(EntryKeyReport))]
public sealed class GetCacheKitKeyCommand : SessionCommand, IKeyParameters
{
    private CallIdentity? _identity;
    private EntryCache? _cache;

    /// <summary>The block; not run.</summary>
    [Parameter(Position = 0)]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>Shows the key that Invoke-Cached would use.</summary>
    [Parameter]
    public SwitchParameter Plain { get; set; }

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
        _identity = CallIdentity.Of(this, this, ScriptBlock, InForce.Defaults);
        if (ScriptBlock is null && Key is null && !_identity.IsInterop)
        {
            throw new CacheKitException(
                ErrorIds.KeyInvalid,
                "There is neither a block nor a name to compute a key from.",
                "Give a script block, -Key or -Interop.");
        }

        try
        {
            _cache = Rent(Mode);
        }
        catch (CacheKitException failure)
            when (_identity.IsInterop && failure.ErrorId == ErrorIds.MasterKeyMissing)
        {
            // The key of an interop entry is the same with any master key, and with none.
            throw new CacheKitException(
                failure.ErrorId,
                failure.Message,
                "Give -Plain, which shows the same key, or configure the master key that all participants have.",
                failure);
        }

        Subject = ScriptBlock;
    }

    private protected override void Process()
    {
        KeyTrace trace = new(this);
        CallInput input = new(IsGiven(nameof(InputObject)), InputObject);
        EntryKeys keys = _identity!.KeysFor(_cache!, input, trace, willRun: true);
        string key = keys.Current.ToString();
        WriteObject(new EntryKeyReport(key, _identity.Namespace, trace.Components)
        {
            CanonicalArguments = trace.CanonicalArguments,
            FileName = _identity.IsInterop ? FileContainer.FileNameOf(key) : null,
        });
    }

    private CacheMode Mode => (_identity!.IsInterop, Plain.IsPresent) switch
    {
        (true, true) => CacheMode.PlainInterop,
        (true, false) => CacheMode.Interop,
        (false, true) => CacheMode.Plain,
        _ => CacheMode.Secure,
    };
}
