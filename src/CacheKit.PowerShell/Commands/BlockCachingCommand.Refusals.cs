using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Execution;

namespace CacheKit.Commands;

/// <content>Entries that are not sound, where these end the command.</content>
public abstract partial class BlockCachingCommand
{
    private void RefuseUnlessSound(EntryCache cache, in LookupResult result, EntryKeys keys)
    {
        if (result.Outcome is LookupOutcome.NotAuthentic or LookupOutcome.Malformed)
        {
            Audit(AuditEvent.Refused, keys.Current);
        }

        if (result.Outcome == LookupOutcome.NotAuthentic && KeepsEvidence)
        {
            Count(cache, CallOutcome.Failed);
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
            RefuseMalformed(cache, keys);
        }
    }

    private void RefuseMalformed(EntryCache cache, EntryKeys keys)
    {
        Count(cache, CallOutcome.Failed);
        Refuse(
            ErrorIds.EntryMalformed,
            Sentences.Join(
                "The entry is authentic, but does not decode.",
                _problem,
                "It stays where it is, and the block was not run."),
            "-Refresh replaces the entry.",
            keys.Current.ToString());
    }
}
