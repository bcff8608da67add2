using CacheKit.CacheKeys;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Execution;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>The base of the cmdlets for stored entries: where they lie, and how they are listed.</summary>
public abstract class EntryCommand : SessionCommand
{
    private EntryCache? _cache;

    /// <summary>Finds the session, and opens the tenant's cache.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        OpenCache();
    }

    /// <summary>Opens the tenant's cache, or another one in its place.</summary>
    private protected virtual void OpenCache() => _cache = OpenSecureCache();

    /// <summary>The cache that is open.</summary>
    private protected virtual EntryCache OpenedCache => Cache;

    /// <summary>The tenant's cache.</summary>
    private protected EntryCache Cache => _cache!;

    /// <summary>What lies in it.</summary>
    private protected EntryListing Listing => new(Cache);

    /// <summary>Whose entries they are.</summary>
    private protected string TenantInEffect => Tenant ?? InEffect?.Tenant ?? TenantKeyDerivation.DefaultTenant;

    /// <summary>The namespace of a call that names none.</summary>
    private protected string NamespaceInEffect => InEffect?.Namespace ?? Namespaces.Default;

    /// <summary>Whether entries that are not authentic are errors for a call that does not say it.</summary>
    private protected bool IsFailClosed => InEffect is { FailClosed: true };

    /// <summary>Where an item lies: the entry that Invoke-SecureCached -Key would use.</summary>
    /// <param name="namespace">The namespace.</param>
    /// <param name="name">The name.</param>
    private protected EntryKeys KeysOf(string @namespace, string name)
    {
        using SensitiveBuffer identity = SensitiveBuffer.Rent();
        EntryIdentity.WriteName(identity, name);
        return Cache.KeysFor(@namespace, identity.WrittenSpan);
    }

    /// <summary>
    /// Where an item lies, if an entry is one: Invoke-SecureCached -Key with input objects makes entries that have a
    /// name, but are not found by it alone.
    /// </summary>
    /// <param name="entry">A sound entry.</param>
    private protected EntryKeys? KeysOfItem(EntryInfo entry)
    {
        if (entry.Name is null)
        {
            return null;
        }

        EntryKeys keys = KeysOf(entry.Key.Namespace, entry.Name);
        bool isItem = keys.Current.Id == entry.Key.Id || keys.Previous.Any(key => key.Id == entry.Key.Id);
        return isItem ? keys : null;
    }

    /// <summary>Lists entries, a page at a time. A fault of the store ends the listing with an error.</summary>
    /// <param name="filter">Which entries.</param>
    /// <param name="action">What to do with a page; the store is free meanwhile.</param>
    /// <returns>Whether it came to its end.</returns>
    private protected bool ForEachPage(EntryFilter filter, Action<IReadOnlyList<EntryInfo>> action) =>
        ForEachPage(Listing.List(filter), action);

    /// <summary>As <see cref="ForEachPage(EntryFilter, Action{IReadOnlyList{EntryInfo}})"/>, of any listing.</summary>
    /// <typeparam name="T">A page.</typeparam>
    /// <param name="steps">The listing, which is over when this returns.</param>
    /// <param name="action">What to do with a page; the store is free meanwhile.</param>
    /// <returns>Whether it came to its end.</returns>
    private protected bool ForEachPage<T>(ListingSteps<T> steps, Action<T> action)
    {
        try
        {
            bool? hasPage = Try<bool?>(() => Wait(stop => steps.MoveNextAsync(stop)), otherwise: null);
            while (hasPage == true)
            {
                action(steps.Current);
                hasPage = Try<bool?>(() => Wait(stop => steps.MoveNextAsync(stop)), otherwise: null);
            }

            return hasPage == false;
        }
        finally
        {
            // A step that Ctrl+C left may still be under way: nobody waits for it.
            _ = steps.DisposeAsync().AsTask();
        }
    }

    /// <summary>Asks the store for something. A fault of it is an error, and does not end the command.</summary>
    /// <typeparam name="T">The answer.</typeparam>
    /// <param name="work">Asks.</param>
    /// <param name="otherwise">The answer when there is a fault.</param>
    private protected T Try<T>(Func<T> work, T otherwise)
    {
        try
        {
            T answer = work();
            WriteNotices(OpenedCache);
            return answer;
        }
        catch (StoreException fault)
        {
            WriteNotices(OpenedCache);
            WriteError(ErrorRecords.From(StoreFailures.From(fault), null));
            return otherwise;
        }
    }

    /// <summary>Checks that an entry is of the tenant of this call. If not, that is an error.</summary>
    /// <param name="entry">The entry.</param>
    private protected bool BelongsHere(CacheKitEntry entry)
    {
        if (entry.Tenant == TenantInEffect && Listing.TryParseKey(entry.Key, out _))
        {
            return true;
        }

        TellNotOfTenant(entry.Key);
        return false;
    }

    /// <summary>Says that a key cannot be one of this tenant's.</summary>
    /// <param name="key">What the user gave.</param>
    private protected void TellNotOfTenant(string key)
    {
        CacheKitException failure = new(
            ErrorIds.EntryNotOfTenant,
            $"'{key}' is not the key of an entry of the tenant '{TenantInEffect}' under the master keys of this "
            + "session.",
            "Give the -Session and the -Tenant that listed the entry.");
        WriteError(ErrorRecords.From(failure, key));
    }

    /// <summary>Tells of an entry that a listing could not open: a warning each, or an error each.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="isError">Whether it is an error.</param>
    private protected void TellUnsound(EntryInfo entry, bool isError)
    {
        string key = entry.Key.ToString();
        TellUnsound(
            new UnsoundEntry(entry.Condition == EntryCondition.Malformed, key, Problem: null, "-Key", key), isError);
    }

    /// <summary>Tells of an entry that cannot be used, and stays where it is: a warning, or an error.</summary>
    /// <param name="entry">What is known of it.</param>
    /// <param name="isError">Whether it is an error.</param>
    private protected void TellUnsound(UnsoundEntry entry, bool isError)
    {
        string store = OpenedCache.StoreName;
        string text = Sentences.Join(
            entry.IsAuthentic
                ? $"An entry in {store} does not decode."
                : $"An entry in {store} is not authentic: it was altered, moved, or sealed under another key.",
            entry.Problem,
            $"It stays where it is ({entry.Key}).");
        if (!isError)
        {
            WriteWarning(text);
            return;
        }

        CacheKitException failure = new(
            entry.IsAuthentic ? ErrorIds.EntryMalformed : ErrorIds.EntryNotAuthentic,
            text,
            $"Find out who writes to the store; Remove-CacheKitItem {entry.Parameter} removes the entry.");
        WriteError(ErrorRecords.From(failure, entry.Target));
    }

    /// <summary>An entry that cannot be used.</summary>
    /// <param name="IsAuthentic">Whether it is authentic, and only does not decode.</param>
    /// <param name="Key">Its key in the store.</param>
    /// <param name="Problem">What more is known of it, as a sentence, or null.</param>
    /// <param name="Parameter">The parameter of Remove-CacheKitItem that names it.</param>
    /// <param name="Target">What the user gave.</param>
    private protected sealed record UnsoundEntry(
        bool IsAuthentic, string Key, string? Problem, string Parameter, string? Target);
}
