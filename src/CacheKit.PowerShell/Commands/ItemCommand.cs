using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Diagnostics;
using CacheKit.Execution;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>The base of the cmdlets for named items of one namespace.</summary>
public abstract partial class ItemCommand : EntryCommand
{
    /// <summary>The part of the cache to use; readable to the storage.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string Namespace { get; set; } = Namespaces.Default;

    /// <summary>Finds the session and the namespace.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (IsInterop)
        {
            return;
        }

        if (!IsGiven(nameof(Namespace)))
        {
            Namespace = NamespaceInEffect;
        }

        ThrowIfAny(Namespaces.Check(Namespace), Namespace);
    }

    /// <summary>Checks a name. One that cannot be is an error, which does not end the command.</summary>
    /// <param name="name">What the user gave.</param>
    private protected bool IsName(string? name)
    {
        if (ItemNames.Check(name) is not { } failure)
        {
            return true;
        }

        WriteError(ErrorRecords.From(failure, name));
        return false;
    }

    /// <summary>
    /// Ends a command that nothing was given to. Entries must come first in binding, since they have a name that is no
    /// pattern, so that no parameter can be mandatory in their stead.
    /// </summary>
    private protected void RefuseNothing()
    {
        if (ParameterSetName == ParameterSets.Entry && !MyInvocation.ExpectingInput && !IsGiven("InputObject"))
        {
            Refuse(ErrorIds.ItemNameInvalid, "There is no name to look for.", "Give -Name.", null);
        }
    }

    /// <summary>Remembers a name for completion.</summary>
    /// <param name="name">The name of an item that is there.</param>
    private protected void Remember(string name) => ItemNameCompleter.Remember(TenantInEffect, name);

    /// <summary>Says that there is no item of a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="namespace">Where it was looked for.</param>
    private protected void TellNotFound(string name, string @namespace)
    {
        CacheKitException failure = OpenedCache.IsStoreUnreadable
            ? new CacheKitException(
                ErrorIds.StoreUnavailable,
                $"Whether there is an item '{name}' is not known: {OpenedCache.StoreName} cannot be read.",
                "See Test-CacheKitSession, and try again.")
            : ItemNames.NotFound(name, @namespace);
        WriteError(ErrorRecords.From(failure, name));
    }

    /// <summary>Looks through the items whose names match a pattern; what is not sound is told.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="includesStale">Whether items count whose time is over, but not yet their grace.</param>
    /// <param name="isError">Whether what is not sound is an error.</param>
    /// <param name="action">What to do with the items of a page, and where they lie.</param>
    private protected void ForEachItem(
        WildcardPattern pattern, bool includesStale, bool isError, Action<IReadOnlyList<FoundItem>> action)
    {
        EntryFilter filter = new()
        {
            Namespaces = [Namespace],
            IncludesName = name => name is not null && pattern.IsMatch(name),
            IncludesStale = includesStale,
        };
        // During a rotation an item may lie under two keys, which is one item all the same.
        HashSet<string> known = new(StringComparer.Ordinal);
        ForEachPage(filter, page =>
        {
            List<FoundItem> items = [];
            foreach (EntryInfo entry in page)
            {
                if (entry.Condition != EntryCondition.Sound)
                {
                    TellUnsound(entry, isError);
                }
                else if (KeysOfItem(entry) is { } keys && known.Add(entry.Name!))
                {
                    items.Add(new FoundItem(entry, keys));
                }
            }

            action(items);
        });
    }
}
