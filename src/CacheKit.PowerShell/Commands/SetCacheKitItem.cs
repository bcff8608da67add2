using System.Management.Automation;
using CacheKit.Completion;
using CacheKit.Conversion;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Pipeline;
using CacheKit.Transformation;

namespace CacheKit.Commands;

/// <summary>Stores a value, encrypted, under a name.</summary>
[Cmdlet(
    VerbsCommon.Set,
    "CacheKitItem",
    DefaultParameterSetName = ParameterSets.Value,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Low,
    HelpUri = HelpPages.Folder + "Set-CacheKitItem.md")]
[OutputType(typeof(void), typeof(CacheKitEntry))]
public sealed class SetCacheKitItemCommand : ItemCommand
{
    private readonly List<PSObject?> _collected = [];

    /// <summary>The name. Nothing in it is a wildcard.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ParameterSets.Value)]
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Property)]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(ItemNameCompleter))]
    public string Name { get; set; } = null!;

    /// <summary>The value.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ParameterSetName = ParameterSets.Value)]
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Property)]
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
    [Parameter]
    public Serializer Serializer { get; set; }

    /// <summary>How deep objects of types that are not kept as such are looked into, as in Export-Clixml.</summary>
    [Parameter]
    [ValidateRange(0, 64)]
    public int Depth { get; set; } = 2;

    /// <summary>Does not compress the value, for those who mix secrets with text that others choose.</summary>
    [Parameter]
    public SwitchParameter NoCompression { get; set; }

    /// <summary>Gives out what Get-CacheKitEntry would tell of it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private bool IsProperty => ParameterSetName == ParameterSets.Property;

    /// <summary>Checks the parameters, and opens the cache.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
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

    /// <summary>Takes a value, or a part of one.</summary>
    protected override void ProcessRecord()
    {
        if (IsProperty)
        {
            Store([Value]);
        }
        else
        {
            _collected.Add(Value);
        }
    }

    /// <summary>Stores all that came for the one name: nothing, too, is a value.</summary>
    protected override void EndProcessing()
    {
        if (!IsProperty)
        {
            Store(_collected);
        }
    }

    private void Store(List<PSObject?> output)
    {
        if (!IsName(Name) || !ShouldProcess($"item '{Name}' in the namespace '{Namespace}' of the tenant '{TenantInEffect}'", "Set"))
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

        SecureCache cache = Cache;
        // What could not be kept must not leave the value before it in force.
        Wait(stop => entry is null ? cache.RemoveAsync(keys, stop) : cache.SetAsync(entry, stop));
        WriteNotices(Cache);
        if (entry is not null)
        {
            Audit(AuditEvent.Seal, keys.Current);
            Remember(Name);
            if (PassThru)
            {
                WriteObject(new CacheKitEntry(Cache.Describe(entry), TenantInEffect));
            }
        }
    }

    private SealedEntry? Seal(EntryKeys keys, List<PSObject?> output)
    {
        SerializerKind serializer = (SerializerKind)Serializer;
        using SensitiveBuffer value = SensitiveBuffer.Rent();
        OutputFormat.WriteOrExplain(value, output, serializer, Depth, StopToken);
        return Cache.Seal(keys, Name, serializer, value.WrittenSpan, Ttl.Duration, compress: !NoCompression);
    }
}
