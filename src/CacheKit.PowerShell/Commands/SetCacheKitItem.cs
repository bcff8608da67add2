using System.Management.Automation;
using CacheKit.Conversion;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Execution;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Stores a value, encrypted, under a name.</summary>
[Cmdlet(
    VerbsCommon.Set,
    "CacheKitItem",
    DefaultParameterSetName = ParameterSets.Name,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Low,
    HelpUri = HelpPages.Folder + "Set-CacheKitItem.md")]
[OutputType(typeof(void), typeof(CacheKitEntry))]
public sealed class SetCacheKitItemCommand : SessionCommand, IItemParameters
{
    private readonly List<PSObject?> _collected = [];
    private ItemTarget? _item;
    private Ttl? _ttl;
    private bool _isNamed;
    private bool _isValued;

    /// <summary>The name; without it, each input object's property Name. Nothing in it is a wildcard.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipelineByPropertyName = true,
        ParameterSetName = ParameterSets.Name)]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(ItemNameCompleter))]
    public string Name { get; set; } = null!;

    /// <summary>The value; without a name, each input object's property Value.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Interop)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public PSObject? Value { get; set; }

    /// <summary>How long it is fresh; the session's, else 300 seconds, unless given.</summary>
    [Parameter]
    [TtlTransformation]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public TtlArgument? Ttl { get; set; }

    /// <summary>How it is written before it is encrypted.</summary>
    [Parameter(ParameterSetName = ParameterSets.Name)]
    public Serializer Serializer { get; set; }

    /// <summary>How deep objects of types that are not kept as such are looked into, as in Export-Clixml.</summary>
    [Parameter(ParameterSetName = ParameterSets.Name)]
    [ValidateRange(0, 64)]
    public int Depth { get; set; } = 2;

    /// <summary>Does not compress the value, for those who mix secrets with text that others choose.</summary>
    [Parameter(ParameterSetName = ParameterSets.Name)]
    public SwitchParameter NoCompression { get; set; }

    /// <summary>Gives out what Get-CacheKitEntry would tell of it.</summary>
    [Parameter(ParameterSetName = ParameterSets.Name)]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The part of the cache to use; readable to the storage.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string? Namespace { get; set; }

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

    private TenantEntries Entries => _item!.Entries;

    private protected override void Begin()
    {
        base.Begin();
        _item = ItemTarget.Open(Context, this, InForce);
        Subject = Interop;
        _isNamed = IsGiven(nameof(Name));
        _isValued = IsGiven(nameof(Value));
        _ttl = Ttl?.Read(nameof(Ttl), whyNoScript: "it cannot be computed from the value") ?? InForce.Defaults.Ttl;
    }

    /// <summary>Takes a value, or a part of one, or a row.</summary>
    private protected override void Process()
    {
        if (_isNamed || _item!.Interop is not null)
        {
            _collected.Add(Value);
        }
        else if (_isValued)
        {
            Store([Value]);
        }
        else if (Value?.Properties[nameof(Value)] is { } property)
        {
            Store([property.Value is { } value ? PSObject.AsPSObject(value) : null]);
        }
        else
        {
            CacheKitException failure = new(
                ErrorIds.ParameterConflict,
                "Without -Name, each input object needs the properties Name and Value; this one has no Value.",
                "Give -Name to store what comes through the pipeline, or -Value to store the same for each name.",
                target: Name);
            Context.WriteError(failure);
        }
    }

    /// <summary>Stores all that came for the one name: nothing, too, is a value.</summary>
    private protected override void End()
    {
        if (_item!.Interop is { } interop)
        {
            Store(interop);
        }
        else if (_isNamed)
        {
            Store(_collected);
        }
    }

    private void Store(List<PSObject?> output)
    {
        if (ItemNames.ProblemOf(Name) is { } problem)
        {
            Context.WriteError(problem);
            return;
        }

        string @namespace = _item!.Namespace;
        if (!ShouldProcess($"item '{Name}' in the namespace '{@namespace}' of the tenant '{Entries.Tenant}'", "Set"))
        {
            return;
        }

        EntryKeys keys = Entries.KeysOf(@namespace, Name);
        if (TryStore(Entries.Cache, keys, () => Seal(keys, output), Name) is { } entry)
        {
            ItemNameCompleter.Remember(Entries.Tenant, Name);
            if (PassThru)
            {
                WriteObject(new CacheKitEntry(Entries.Listing.Describe(entry), Entries.Tenant));
            }
        }
    }

    private void Store(InteropEntry interop)
    {
        EntryKeys keys = interop.Keys();
        if (ShouldProcess($"entry '{keys.Current}' of the tenant '{InForce.Tenant}'", "Set"))
        {
            TryStore(interop.Cache, keys, () => SealShared(interop.Cache, keys), Interop);
        }
    }

    /// <summary>Stores an entry. One that cannot be sealed is an error, and leaves what is there.</summary>
    private SealedEntry? TryStore(EntryCache cache, EntryKeys keys, Func<SealedEntry?> seal, string? name)
    {
        SealedEntry? entry;
        try
        {
            entry = seal();
        }
        catch (CacheKitException failure)
        {
            WriteError(ErrorRecords.From(failure, name));
            return null;
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }

        // What could not be kept must not leave the value before it in force.
        Context.Wait(stop => entry is null ? cache.RemoveAsync(keys, stop) : cache.SetAsync(entry, stop));
        Context.WriteNotices(cache);
        return entry;
    }

    private SealedEntry? Seal(EntryKeys keys, List<PSObject?> output)
    {
        SerializerKind serializer = (SerializerKind)Serializer;
        using SensitiveBuffer value = SensitiveBuffer.Rent();
        OutputFormat.WriteOrExplain(value, output, serializer, Depth, Context.StopToken);
        Context.Audit(AuditEvent.Seal, keys.Current);
        return Entries.Cache.Seal(
            keys, Name, serializer, value.WrittenSpan, _ttl!.Duration, compress: !NoCompression);
    }

    private SealedEntry? SealShared(EntryCache cache, EntryKeys keys)
    {
        using SensitiveBuffer value = SensitiveBuffer.Rent();
        InteropFormat.WriteValue(value, _collected, Context.StopToken);
        Context.Audit(AuditEvent.Seal, keys.Current);
        return cache.Seal(
            keys, name: null, SerializerKind.MessagePack, value.WrittenSpan, _ttl!.Duration, compress: false);
    }
}
