namespace CacheKit.Core.Storage;

/// <summary>
/// An exchange in steps, for stores that cannot change two keys at once. The target is written before the key is
/// removed: an entry may be there twice for a moment, never not at all. What is as atomic as it looks is each step;
/// between two steps others may see, and change, what lies there.
/// </summary>
internal static class StepwiseExchange
{
    // Far longer than the few round trips of an exchange.
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(30);

    // Long enough for another exchange to end, and short beside a computation, which may have the lock too.
    private const int LockAttempts = 12;
    private const int LongestPauseMilliseconds = 30;

    /// <summary>Runs it.</summary>
    /// <param name="steps">The steps of the store.</param>
    /// <param name="exchange">A valid exchange.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it has happened.</returns>
    public static async ValueTask<bool> RunAsync(
        IExchangeSteps steps, StoreExchange exchange, CancellationToken cancellationToken)
    {
        if (!exchange.IsMove)
        {
            byte[]? value = exchange.IsInPlace ? exchange.Value : null;
            return await steps.TryReplaceAsync(
                exchange.Key, exchange.Expected, value, exchange.TimeToLive, cancellationToken).ConfigureAwait(false);
        }

        byte[]? found = await steps.ReadAsync(exchange.Key, cancellationToken).ConfigureAwait(false);
        TimeSpan? life = exchange.TimeToLive
            ?? await steps.ReadTimeLeftAsync(exchange.Key, cancellationToken).ConfigureAwait(false);
        return StoreExchange.Matches(found, exchange.Expected)
            && life is not null
            && await MoveAsync(steps, exchange, life.Value, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Runs it under the locks of its keys, where the store has locks: against others who take them, it is atomic then.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="steps">The steps of the store.</param>
    /// <param name="exchange">A valid exchange.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it has happened; false too when somebody else holds a lock for longer than a moment.</returns>
    public static async ValueTask<bool> RunLockedAsync(
        ICacheStore store, IExchangeSteps steps, StoreExchange exchange, CancellationToken cancellationToken)
    {
        if (exchange.Target is null && exchange.Expected is null)
        {
            // There is nothing to change.
            return await RunAsync(steps, exchange, cancellationToken).ConfigureAwait(false);
        }

        List<IStoreLock> held = [];
        try
        {
            string[] keys = exchange.IsMove ? [exchange.Key, exchange.Target!] : [exchange.Key];
            foreach (string key in keys)
            {
                if (!await TryLockAsync(store, key, held, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }
            }

            return await RunAsync(steps, exchange, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (IStoreLock each in held)
            {
                await each.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static async ValueTask<bool> MoveAsync(
        IExchangeSteps steps, StoreExchange exchange, TimeSpan life, CancellationToken cancellationToken)
    {
        string target = exchange.Target!;
        bool isWritten = await steps.TryReplaceAsync(
            target, exchange.TargetExpected, exchange.Value, life, cancellationToken).ConfigureAwait(false);
        if (!isWritten)
        {
            // An attempt that broke off after its first half is gone on with: nobody else seals the same bytes.
            byte[]? found = await steps.ReadAsync(target, cancellationToken).ConfigureAwait(false);
            if (!StoreExchange.Matches(found, exchange.Value))
            {
                return false;
            }
        }

        if (await steps.TryReplaceAsync(exchange.Key, exchange.Expected, null, null, cancellationToken)
            .ConfigureAwait(false))
        {
            return true;
        }

        if (isWritten)
        {
            _ = await steps.TryReplaceAsync(
                target, exchange.Value, exchange.TargetExpected, null, CancellationToken.None).ConfigureAwait(false);
        }

        return false;
    }

    private static async ValueTask<bool> TryLockAsync(
        ICacheStore store, string key, List<IStoreLock> held, CancellationToken cancellationToken)
    {
        if (!store.Capabilities.HasFlag(StoreCapabilities.Locking))
        {
            return true;
        }

        try
        {
            for (int attempt = 1; attempt <= LockAttempts; attempt++)
            {
                if (await store.TryLockAsync(key, s_lease, cancellationToken).ConfigureAwait(false) is { } granted)
                {
                    held.Add(granted);
                    return true;
                }

                await Task.Delay(Random.Shared.Next(1, LongestPauseMilliseconds + 1), cancellationToken)
                    .ConfigureAwait(false);
            }

            return false;
        }
        catch (StoreException fault) when (fault.Fault == StoreFault.Unsupported)
        {
            // Some servers say only now that they have none.
            return true;
        }
    }
}
