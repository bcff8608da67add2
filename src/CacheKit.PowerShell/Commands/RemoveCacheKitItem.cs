using System.Management.Automation;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Keys;
using CacheKit.Execution;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>Removes items, and other entries, from store and memory.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "CacheKitItem",
    DefaultParameterSetName = ParameterSets.Entry,
    SupportsShouldProcess = true,
    HelpUri = HelpPages.Folder + "Remove-CacheKitItem.md")]
[OutputType(typeof(void), typeof(CacheKitEntry))]
public sealed partial class RemoveCacheKitItemCommand : ItemCommand
{
    /// <summary>Names, with wildcards.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
        ParameterSetName = ParameterSets.Name)]
    [AllowEmptyString]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ItemNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Names in which nothing is a wildcard.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.LiteralName)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(ItemNameCompleter))]
    public string[] LiteralName { get; set; } = [];

    /// <summary>Entries, as Get-CacheKitEntry writes them.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = ParameterSets.Entry)]
    public CacheKitEntry[] InputObject { get; set; } = [];

    /// <summary>The keys under which the store has entries.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Key)]
    [AllowEmptyString]
    public string[] Key { get; set; } = [];

    /// <summary>Gives out what Get-CacheKitEntry told of it.</summary>
    [Parameter(ParameterSetName = ParameterSets.Name)]
    [Parameter(ParameterSetName = ParameterSets.LiteralName)]
    [Parameter(ParameterSetName = ParameterSets.Entry)]
    [Parameter(ParameterSetName = ParameterSets.Key)]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Checks the parameters, and opens the cache.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        RefuseNothing();
    }

    /// <summary>Removes what was asked for.</summary>
    protected override void ProcessRecord()
    {
        if (IsInterop)
        {
            RemoveInterop();
            return;
        }

        foreach (string name in Name)
        {
            if (ItemNames.PatternOf(name) is { } pattern)
            {
                RemoveAll(pattern);
            }
            else
            {
                RemoveItem(WildcardPattern.Unescape(name));
            }
        }

        foreach (string name in LiteralName)
        {
            RemoveItem(name);
        }

        foreach (CacheKitEntry entry in InputObject)
        {
            if (BelongsHere(entry))
            {
                Remove(entry.Name, entry.ToString(), entry.Namespace, Listing.KeysFor(entry.Info), entry.Info);
            }
        }

        foreach (string key in Key)
        {
            RemoveKey(key);
        }
    }

    private void RemoveAll(WildcardPattern pattern) => ForEachItem(
        pattern,
        includesStale: true,
        IsFailClosed,
        items =>
        {
            foreach (FoundItem item in items)
            {
                Remove(item.Entry.Name, item.Entry.Name!, Namespace, item.Keys, item.Entry);
            }
        });

    private void RemoveItem(string name)
    {
        if (IsName(name))
        {
            Remove(name, name, Namespace, KeysOf(Namespace, name), known: null);
        }
    }

    private void RemoveKey(string key)
    {
        if (Listing.TryParseKey(key, out EntryKeys? keys))
        {
            Remove(name: null, key, keys.Current.Namespace, keys, known: null);
        }
        else
        {
            TellNotOfTenant(key);
        }
    }

    private void Remove(string? name, string display, string @namespace, EntryKeys keys, EntryInfo? known)
    {
        string what = name is null ? $"entry '{keys.Current}'" : $"item '{name}'";
        if (!ShouldProcess($"{what} in the namespace '{@namespace}' of the tenant '{TenantInEffect}'", "Remove"))
        {
            return;
        }

        EntryCache cache = Cache;
        EntryListing listing = Listing;
        if (known is null && PassThru)
        {
            known = Try(() => Wait(stop => listing.FindAsync([keys], includesStale: true, stop)), [null])[0];
        }

        bool? wasThere = Try<bool?>(() => Wait(stop => cache.DeleteAsync(keys, stop)), otherwise: null);
        if (wasThere is null)
        {
            return;
        }

        if (wasThere == false)
        {
            WriteError(ErrorRecords.From(ItemNames.NotFound(display, @namespace), display));
            return;
        }

        Audit(AuditEvent.Cleared, keys.Current);
        if (name is not null)
        {
            ItemNameCompleter.Forget(TenantInEffect, name);
        }

        if (PassThru && known is { Condition: EntryCondition.Sound })
        {
            WriteObject(new CacheKitEntry(known, TenantInEffect));
        }
    }
}
