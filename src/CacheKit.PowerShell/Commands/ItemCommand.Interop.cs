using System.Management.Automation;
using CacheKit.CacheKeys;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Execution;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <content>The entry of an operation and its arguments, which other languages share.</content>
public abstract partial class ItemCommand
{
    private EntryCache? _interop;

    /// <summary>The operation of an entry that other languages share, in place of a name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Interop)]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(OperationCompleter))]
    public string? Interop { get; set; }

    /// <summary>The arguments of the operation: with it, and the namespace, they make the key.</summary>
    [Parameter(ParameterSetName = ParameterSets.Interop)]
    [Alias("Args")]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? ArgumentList { get; set; }

    /// <summary>Whether the call is about an entry that other languages share.</summary>
    private protected bool IsInterop => ParameterSetName == ParameterSets.Interop;

    /// <summary>The cache of such entries.</summary>
    private protected EntryCache InteropCache => _interop!;

    private protected override EntryCache OpenedCache => IsInterop ? InteropCache : Cache;

    /// <summary>What a message calls the entry.</summary>
    private protected string InteropDisplay => $"{Namespace}:{Interop}";

    private protected override void OpenCache()
    {
        if (!IsInterop)
        {
            base.OpenCache();
            return;
        }

        Namespace = IsGiven(nameof(Namespace)) ? Namespace : InEffect is { HasNamespace: true } ? InEffect.Namespace : null!;
        ThrowIfAny(InteropRules.CheckNames(Interop, Namespace), Interop);
        ThrowIfAny(IsGiven(nameof(ArgumentList)) ? InteropRules.CheckArguments(ArgumentList) : null, null);
        try
        {
            _interop = RentCache(CacheMode.Interop);
        }
        catch (CacheKitException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, null));
        }
    }

    /// <summary>Where the entry lies.</summary>
    private protected EntryKeys InteropKeys()
    {
        using SensitiveBuffer identity = SensitiveBuffer.Rent();
        try
        {
            KeyBasis basis = new(Block: null, Name: null, ArgumentList, VaryBy: null, HasInput: false, Input: null);
            InteropIdentity.Write(identity, Interop!, basis, trace: null);
        }
        catch (CacheKitException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, Interop));
        }

        return InteropCache.KeysFor(Namespace, identity.WrittenSpan);
    }

    /// <summary>Says that there is no such entry.</summary>
    /// <param name="keys">Where it would lie.</param>
    private protected void TellInteropNotFound(EntryKeys keys)
    {
        CacheKitException failure = InteropCache.IsStoreUnreadable
            ? new CacheKitException(
                ErrorIds.StoreUnavailable,
                $"Whether there is an entry of '{InteropDisplay}' is not known: {InteropCache.StoreName} cannot be read.",
                "See Test-CacheKitSession, and try again.")
            : new CacheKitException(
                ErrorIds.ItemNotFound,
                $"There is no entry of '{InteropDisplay}' with these arguments ({keys.Current}).",
                "Get-CacheKitKey -Interop shows what the key is made of; all participants must agree on it.");
        WriteError(ErrorRecords.From(failure, Interop));
    }

    /// <summary>Tells of an entry that cannot be used: a warning, or an error.</summary>
    /// <param name="outcome">Whether it is authentic.</param>
    /// <param name="problem">What more is known of it, or null.</param>
    /// <param name="keys">Where it lies.</param>
    /// <param name="isError">Whether it is an error.</param>
    private protected void TellInteropUnsound(LookupOutcome outcome, string? problem, EntryKeys keys, bool isError) =>
        TellUnsound(
            new UnsoundEntry(
                outcome == LookupOutcome.Malformed, keys.Current.ToString(), problem, "-Interop", Interop),
            isError);
}
