using System.Management.Automation;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Keys;
using CacheKit.Execution;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Removes items, and other entries, from store and memory.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "CacheKitItem",
    DefaultParameterSetName = ParameterSets.Entry,
    SupportsShouldProcess = true,
    HelpUri = HelpPages.Folder + "Remove-CacheKitItem.md")]
[OutputType(typeof(void), typeof(CacheKitEntry))]
public sealed class RemoveCacheKitItemCommand : SessionCommand, IItemParameters
{
    private ItemTarget? _item;

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
        ItemNames.RefuseNothing(this);
    }

    private protected override void Process()
    {
        if (_item!.Interop is { } interop)
        {
            Remove(interop);
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
            if (Entries.Has(entry))
            {
                Remove(entry.Name, entry.ToString(), entry.Namespace, Entries.Listing.KeysFor(entry.Info), entry.Info);
            }
        }

        foreach (string key in Key)
        {
            RemoveKey(key);
        }
    }

    private void RemoveAll(WildcardPattern pattern) => Entries.ForEachItem(
        _item!.Namespace,
        pattern,
        includesStale: true,
        InForce.Defaults.FailClosed,
        items =>
        {
            foreach ((EntryInfo entry, EntryKeys keys) in items)
            {
                Remove(entry.Name, entry.Name!, _item.Namespace, keys, entry);
            }
        });

    private void RemoveItem(string name)
    {
        if (ItemNames.ProblemOf(name) is { } failure)
        {
            Context.WriteError(failure);
            return;
        }

        string @namespace = _item!.Namespace;
        Remove(name, name, @namespace, Entries.KeysOf(@namespace, name), known: null);
    }

    private void RemoveKey(string key)
    {
        if (Entries.Listing.TryParseKey(key, out EntryKeys? keys))
        {
            Remove(name: null, key, keys.Current.Namespace, keys, known: null);
        }
        else
        {
            Entries.TellNotOfTenant(key);
        }
    }

    private void Remove(string? name, string display, string @namespace, EntryKeys keys, EntryInfo? known)
    {
        string what = name is null ? $"entry '{keys.Current}'" : $"item '{name}'";
        if (!ShouldProcess($"{what} in the namespace '{@namespace}' of the tenant '{Entries.Tenant}'", "Remove"))
        {
            return;
        }

        if (known is null && PassThru)
        {
            known = Entries.Find(keys, includesStale: true);
        }

        bool? wasThere = Delete(Entries.Cache, keys);
        if (wasThere is null)
        {
            return;
        }

        if (wasThere == false)
        {
            Context.WriteError(ItemNames.NotFound(display, @namespace));
            return;
        }

        Context.Audit(AuditEvent.Cleared, keys.Current);
        if (name is not null)
        {
            ItemNameCompleter.Forget(Entries.Tenant, name);
        }

        if (PassThru && known is { Condition: EntryCondition.Sound })
        {
            WriteObject(new CacheKitEntry(known, Entries.Tenant));
        }
    }

    private void Remove(InteropEntry interop)
    {
        EntryKeys keys = interop.Keys();
        if (!ShouldProcess($"entry '{keys.Current}' of the tenant '{InForce.Tenant}'", "Remove"))
        {
            return;
        }

        switch (Delete(interop.Cache, keys))
        {
            case true:
                Context.Audit(AuditEvent.Cleared, keys.Current);
                break;
            case false:
                interop.TellNotFound(keys);
                break;
        }
    }

    /// <summary>Whether it was there; null when the store did not say.</summary>
    private bool? Delete(EntryCache cache, EntryKeys keys) => Context.Ask<bool?>(
        cache, async stop => await cache.DeleteAsync(keys, stop).ConfigureAwait(false), otherwise: null);
}
