using CacheKit.Core.Keys;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <content>Single flight across processes and hosts, through the store's locks.</content>
public sealed partial class EntryCache
{
    // With the round trips, who waits notices the end of the work within 100 ms.
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Asks for the turn to compute an entry, and waits while another process has it. The entry is looked up again
    /// under the lock, since it may have come while nobody looked.
    /// </summary>
    /// <param name="keys">Where the entry will lie.</param>
    /// <param name="keepEvidence">Whether an entry that is not authentic stays where it is (fail closed).</param>
    /// <param name="timeout">How long to wait; zero asks once.</param>
    /// <param name="leaseTime">
    /// How long the work may take, where the store cannot renew a lock. A lock that is renewed ends
    /// <see cref="ComputeLease.Duration"/> after its holder.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// An entry, or the turn, or neither: then there is no way to agree with others, and the caller computes all the
    /// same. A fault of locking is none of the cache: the write that follows tells of the store.
    /// </returns>
    public async ValueTask<ComputeTurn> TakeTurnAsync(
        EntryKeys keys,
        bool keepEvidence,
        TimeSpan timeout,
        TimeSpan leaseTime,
        CancellationToken cancellationToken)
    {
        if (!_store.Capabilities.HasFlag(StoreCapabilities.Locking) || _tiers.IsUnreadable)
        {
            return default;
        }

        string key = keys.Current.ToString();
        bool isRenewed = _store.Capabilities.HasFlag(StoreCapabilities.LockRenewal);
        TimeSpan lease = isRenewed || leaseTime < ComputeLease.Duration ? ComputeLease.Duration : leaseTime;
        long started = _clock.GetTimestamp();
        while (true)
        {
            IStoreLock? held;
            try
            {
                held = await _store.TryLockAsync(key, lease, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException)
            {
                return default;
            }

            ComputeTurn turn = await TurnOfAsync(held, isRenewed, keys, keepEvidence, cancellationToken)
                .ConfigureAwait(false);
            TimeSpan left = timeout - _clock.GetElapsedTime(started);
            if (!turn.IsContested || left <= TimeSpan.Zero)
            {
                return turn;
            }

            // Those who wait do not ask in step.
            TimeSpan pause = s_longestPause * (0.5 + (Random.Shared.NextDouble() / 2));
            await Task.Delay(pause < left ? pause : left, _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<ComputeTurn> TurnOfAsync(
        IStoreLock? held, bool isRenewed, EntryKeys keys, bool keepEvidence, CancellationToken cancellationToken)
    {
        ComputeLease? lease = held is null ? null : new ComputeLease(held, isRenewed, _clock);
        LookupResult found = default;
        bool isMine = false;
        try
        {
            found = await GetAsync(keys, keepEvidence, cancellationToken).ConfigureAwait(false);
            isMine = found.Outcome == LookupOutcome.Miss && lease is not null;
        }
        finally
        {
            if (!isMine && lease is not null)
            {
                await lease.DisposeAsync().ConfigureAwait(false);
            }
        }

        bool isContested = held is null && found.Outcome == LookupOutcome.Miss && !_tiers.IsUnreadable;
        return new ComputeTurn(found, isMine ? lease : null, isContested);
    }
}
