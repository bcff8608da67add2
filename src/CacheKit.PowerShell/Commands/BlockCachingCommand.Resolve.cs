using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Execution;

namespace CacheKit.Commands;

/// <content>What happens when there is no entry in memory: one runspace computes, the others wait for it.</content>
public abstract partial class BlockCachingCommand
{
    private static readonly TimeSpan s_patienceOfCtrlC = TimeSpan.FromMilliseconds(100);

    private void Resolve(EntryCache cache, EntryKeys keys, BlockCall call, bool isStoreAsked)
    {
        FlightResult? shared = default(FlightResult);
        // Each round is after a flight that left an entry, or that was given up.
        while (shared is { Outcome: FlightOutcome.Abandoned or FlightOutcome.Found })
        {
            Flight flight = cache.Flights.Enter(keys, out bool isLeader);
            if (isLeader)
            {
                Lead(cache, keys, call, flight, isStoreAsked);
                return;
            }

            RefuseOwn(flight);
            // A refresh does not take what was begun before it was asked for.
            isStoreAsked = false;
            shared = Refresh ? new FlightResult(FlightOutcome.NotCached) : WaitFor(flight, keys);
            if (shared?.Entry is { } entry
                ? TryAnswerWith(cache, entry, keys)
                : shared is not null && TryAnswerFromMemory(cache, keys, CallOutcome.Shared))
            {
                return;
            }
        }

        Compute(cache, keys, call, flight: null);
    }

    /// <summary>Looks and computes for everybody who asks for the key meanwhile.</summary>
    private void Lead(EntryCache cache, EntryKeys keys, BlockCall call, Flight flight, bool isStoreAsked)
    {
        using (flight)
        {
            if (!Refresh && TryFind(cache, keys, flight, isStoreAsked, out object?[] output) is { } outcome)
            {
                flight.Complete(new FlightResult(FlightOutcome.Found));
                Count(cache, outcome);
                WriteAll(output);
                return;
            }

            try
            {
                Compute(cache, keys, call, flight);
            }
            finally
            {
                GiveBackTurn(flight);
            }
        }
    }

    /// <summary>Looks once more, and else takes the turn.</summary>
    /// <returns>Where the entry was; null when it is to be computed.</returns>
    private CallOutcome? TryFind(
        EntryCache cache, EntryKeys keys, Flight flight, bool isStoreAsked, out object?[] output)
    {
        // Another flight may have ended between looking and taking off.
        if (TryFindInMemory(cache, keys, out output))
        {
            return CallOutcome.MemoryHit;
        }

        if (!isStoreAsked && TryFindInStore(cache, keys, out output))
        {
            return CallOutcome.StoreHit;
        }

        return TryTakeTurn(cache, keys, flight, out output) ? null : CallOutcome.Shared;
    }

    /// <summary>Takes the turn among all processes, if there is a way to.</summary>
    /// <returns>Whether to compute. If not, another process has done it.</returns>
    private bool TryTakeTurn(EntryCache cache, EntryKeys keys, Flight flight, out object?[] output)
    {
        bool keepEvidence = KeepsEvidence;
        TimeSpan timeout = LockTimeout.Duration;
        ComputeTurn turn = Wait(stop => cache.TakeTurnAsync(keys, keepEvidence, TimeSpan.Zero, timeout, stop));
        if (turn.IsContested)
        {
            WriteVerbose($"Waiting for another process: {keys.Current}.");
            turn = Wait(stop => cache.TakeTurnAsync(keys, keepEvidence, timeout, timeout, stop));
        }

        flight.Lease = turn.Lease;
        if (TryUse(cache, keys, turn.Lookup, out output))
        {
            return false;
        }

        if (turn.IsContested)
        {
            WriteVerbose($"Not waiting any longer: {keys.Current}.");
        }

        return true;
    }

    /// <summary>Lets the next process compute, before anything is written that may take its time.</summary>
    private void GiveBackTurn(Flight? flight)
    {
        if (flight?.Lease is not { } lease)
        {
            return;
        }

        flight.Lease = null;
        if (StopToken.IsCancellationRequested)
        {
            // Ctrl+C does not wait for a slow store: the turn ends by itself then.
            Task.Run(() => lease.DisposeAsync().AsTask()).Wait(s_patienceOfCtrlC);
            return;
        }

        Wait(_ => lease.DisposeAsync());
    }

    private void RefuseOwn(Flight flight)
    {
        if (flight.IsOwn)
        {
            Refuse(
                ErrorIds.RecursiveKey,
                "The block asks for its own result while it is being computed.",
                IsInterop
                    ? "Give the inner call another -ArgumentList, or let the block compute what it needs itself."
                    : "Give the inner call another -Key, or let the block compute what it needs itself.",
                ScriptBlock);
        }
    }

    private FlightResult? WaitFor(Flight flight, EntryKeys keys)
    {
        WriteVerbose($"Waiting for another runspace: {keys.Current}.");
        TimeSpan timeout = LockTimeout.Duration;
        FlightResult? result = Wait(stop => flight.WaitAsync(timeout, stop));
        if (result is null)
        {
            WriteVerbose($"Not waiting any longer: {keys.Current}.");
        }

        return result;
    }

    private bool TryAnswerWith(EntryCache cache, SealedEntry entry, EntryKeys keys)
    {
        if (!cache.TryOpen(entry, keys, out OpenedEntry opened))
        {
            return false;
        }

        object?[] output;
        using (opened)
        {
            if (!TryUnfold(opened, keys, out output))
            {
                return false;
            }
        }

        Count(cache, CallOutcome.Shared);
        WriteAll(output);
        return true;
    }

    private bool TryFindInStore(EntryCache cache, EntryKeys keys, out object?[] output)
    {
        bool keepEvidence = KeepsEvidence;
        return TryUse(cache, keys, Wait(stop => cache.GetAsync(keys, keepEvidence, stop)), out output);
    }

    private bool TryUse(EntryCache cache, EntryKeys keys, LookupResult found, out object?[] output)
    {
        output = [];
        using LookupResult result = found;
        WriteNotices(cache);
        RefuseUnlessSound(cache, result, keys);
        if (result.Outcome != LookupOutcome.Hit)
        {
            return false;
        }

        WriteVerbose($"Hit in the store: {keys.Current}.");
        if (TryUnfold(result.Entry, keys, out output))
        {
            return true;
        }

        DropMalformed(cache, keys);
        return false;
    }

    private void DropMalformed(EntryCache cache, EntryKeys keys)
    {
        cache.Statistics.CountRefused(RefusalReason.Malformed);
        if (KeepsEvidence)
        {
            RefuseMalformed(cache, keys);
        }

        WriteWarning(Sentences.Join("An entry does not decode.", _problem, $"It was dropped ({keys.Current})."));
        Wait(stop => cache.RemoveAsync(keys, stop));
        WriteNotices(cache);
    }

    private void Compute(EntryCache cache, EntryKeys keys, BlockCall call, Flight? flight)
    {
        WriteVerbose($"{(Refresh ? "Refresh" : "Miss")}: {keys.Current}.");
        if (!Refresh)
        {
            Audit(AuditEvent.Miss, keys.Current);
        }

        BlockOutput output = RunTimed(cache, call);
        if (output.HasFailed)
        {
            flight?.Complete(new FlightResult(FlightOutcome.NotCached));
            GiveBackTurn(flight);
            if (output.HasFailure && TryAnswerStale(cache, keys, output))
            {
                return;
            }

            Count(cache, CallOutcome.Failed);
            WriteVerbose("The block failed or was left early: its result is not cached.");
        }
        else
        {
            if (TryResolveTtl(output, flight, out TimeSpan lifetime))
            {
                Store(cache, keys, output, lifetime, flight);
            }

            Count(cache, Refresh ? CallOutcome.Refreshed : CallOutcome.Miss);
        }

        // The output goes to commands that may ask for the same key.
        flight?.Complete(new FlightResult(FlightOutcome.NotCached));
        GiveBackTurn(flight);
        output.Write();
    }

    private bool TryAnswerStale(EntryCache cache, EntryKeys keys, BlockOutput failed)
    {
        if (StaleIfError is null)
        {
            return false;
        }

        TimeSpan grace = StaleIfError.Duration;
        object?[] output;
        using (LookupResult result = Wait(stop => cache.GetStaleAsync(keys, grace, stop)))
        {
            WriteNotices(cache);
            if (result.Outcome != LookupOutcome.Hit || !TryUnfold(result.Entry, keys, out output))
            {
                return false;
            }
        }

        Count(cache, CallOutcome.Stale);
        WriteWarning($"The block failed, and an earlier result whose time is over is returned: {failed.FailureText}");
        WriteAll(output);
        return true;
    }
}
