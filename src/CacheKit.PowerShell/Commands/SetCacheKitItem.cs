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
public sealed partial class SetCacheKitItemCommand : ItemCommand
{
    private readonly List<PSObject?> _collected = [];
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
    public Ttl Ttl { get; set; } = Ttl.Default;

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

    /// <summary>Checks the parameters, and opens the cache.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _isNamed = IsGiven(nameof(Name));
        _isValued = IsGiven(nameof(Value));
        if (InEffect is not null && !IsGiven(nameof(Ttl)))
        {
            Ttl = InEffect.DefaultTtl;
        }

        string? problem = Ttl.Problem ?? (Ttl.Script is null ? null : "it cannot be computed from the value");
        if (problem is not null)
        {
            Refuse(
                ErrorIds.TtlInvalid,
                $"-Ttl cannot be used: {problem}.",
                "Try -Ttl 300 or -Ttl 5m.",
                Ttl.Input ?? Ttl.Script);
        }
    }

    /// <summary>Takes a value, or a part of one, or a row.</summary>
    protected override void ProcessRecord()
    {
        if (_isNamed || IsInterop)
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
                "Give -Name to store what comes through the pipeline, or -Value to store the same for each name.");
            WriteError(ErrorRecords.From(failure, Name));
        }
    }

    /// <summary>Stores all that came for the one name: nothing, too, is a value.</summary>
    protected override void EndProcessing()
    {
        if (IsInterop)
        {
            StoreInterop();
        }
        else if (_isNamed)
        {
            Store(_collected);
        }
    }

    private void Store(List<PSObject?> output)
    {
        string target = $"item '{Name}' in the namespace '{Namespace}' of the tenant '{TenantInEffect}'";
        if (!IsName(Name) || !ShouldProcess(target, "Set"))
        {
            return;
        }

        EntryKeys keys = KeysOf(Namespace, Name);
        SealedEntry? entry;
        try
        {
            entry = Seal(keys, output);
        }
        catch (CacheKitException failure)
        {
            WriteError(ErrorRecords.From(failure, Name));
            return;
        }

        EntryCache cache = Cache;
        // What could not be kept must not leave the value before it in force.
        Wait(stop => entry is null ? cache.RemoveAsync(keys, stop) : cache.SetAsync(entry, stop));
        WriteNotices(Cache);
        if (entry is not null)
        {
            Remember(Name);
            if (PassThru)
            {
                WriteObject(new CacheKitEntry(Listing.Describe(entry), TenantInEffect));
            }
        }
    }

    private SealedEntry? Seal(EntryKeys keys, List<PSObject?> output)
    {
        SerializerKind serializer = (SerializerKind)Serializer;
        using SensitiveBuffer value = SensitiveBuffer.Rent();
        OutputFormat.WriteOrExplain(value, output, serializer, Depth, StopToken);
        Audit(AuditEvent.Seal, keys.Current);
        return Cache.Seal(keys, Name, serializer, value.WrittenSpan, Ttl.Duration, compress: !NoCompression);
    }
}
