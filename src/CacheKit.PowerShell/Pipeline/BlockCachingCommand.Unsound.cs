using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;

namespace CacheKit.Pipeline;

/// <content>What becomes of an entry that is not authentic, or does not decode.</content>
public abstract partial class BlockCachingCommand
{
    private void RefuseUnlessSound(in LookupResult result, EntryKeys keys)
    {
        if (result.Outcome is LookupOutcome.NotAuthentic or LookupOutcome.Malformed)
        {
            Audit(AuditEvent.Refused, keys.Current);
        }

        if (result.Outcome == LookupOutcome.NotAuthentic && KeepsEvidence)
        {
            Refuse(
                ErrorIds.EntryNotAuthentic,
                Sentences.Join(
                    "The entry is not authentic: it was altered, moved, or sealed under another key.",
                    result.Problem,
                    "It stays where it is, and the block was not run."),
                "Find out who writes to the store; -Refresh replaces the entry.",
                keys.Current.ToString());
        }

        if (result.Outcome == LookupOutcome.Malformed && KeepsEvidence)
        {
            RefuseMalformed(keys);
        }
    }

    private void RefuseMalformed(EntryKeys keys) => Refuse(
        ErrorIds.EntryMalformed,
        Sentences.Join(
            "The entry is authentic, but does not decode.",
            _problem,
            "It stays where it is, and the block was not run."),
        "-Refresh replaces the entry.",
        keys.Current.ToString());

    private void DropMalformed(EntryCache cache, EntryKeys keys)
    {
        if (KeepsEvidence)
        {
            RefuseMalformed(keys);
        }

        WriteWarning(Sentences.Join("An entry does not decode.", _problem, $"It was dropped ({keys.Current})."));
        Wait(stop => cache.RemoveAsync(keys, stop));
        WriteNotices(cache);
    }
}
