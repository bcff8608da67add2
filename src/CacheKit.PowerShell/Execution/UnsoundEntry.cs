using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Execution;

/// <summary>An entry that cannot be used, and stays where it is.</summary>
/// <param name="IsAuthentic">Whether it is authentic, and only does not decode.</param>
/// <param name="Key">Its key in the store.</param>
/// <param name="Problem">What more is known of it, as a sentence, or null.</param>
/// <param name="Parameter">The parameter of Remove-CacheKitItem that names it.</param>
/// <param name="Target">What the user gave.</param>
internal sealed record UnsoundEntry(bool IsAuthentic, string Key, string? Problem, string Parameter, string? Target)
{
    /// <summary>One that a listing could not open.</summary>
    /// <param name="entry">What is known of it.</param>
    public static UnsoundEntry Of(EntryInfo entry)
    {
        string key = entry.Key.ToString();
        return new UnsoundEntry(entry.Condition == EntryCondition.Malformed, key, Problem: null, "-Key", key);
    }

    /// <summary>Tells of it: a warning, or an error.</summary>
    /// <param name="context">The cmdlet that tells.</param>
    /// <param name="store">What the store is called.</param>
    /// <param name="isError">Whether it is an error.</param>
    public void Tell(CommandContext context, string store, bool isError)
    {
        string text = Sentences.Join(
            IsAuthentic
                ? $"An entry in {store} does not decode."
                : $"An entry in {store} is not authentic: it was altered, moved, or sealed under another key.",
            Problem,
            $"It stays where it is ({Key}).");
        if (!isError)
        {
            context.Cmdlet.WriteWarning(text);
            return;
        }

        context.WriteError(new CacheKitException(
            IsAuthentic ? ErrorIds.EntryMalformed : ErrorIds.EntryNotAuthentic,
            text,
            $"Find out who writes to the store; Remove-CacheKitItem {Parameter} removes the entry.",
            target: Target));
    }
}
