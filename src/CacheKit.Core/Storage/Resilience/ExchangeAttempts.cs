namespace CacheKit.Core.Storage.Resilience;

/// <summary>
/// The attempts of one exchange. An attempt may have happened though its answer was lost; the next one then finds what
/// the exchange has made, and not what it expects.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="exchange">The exchange.</param>
internal sealed class ExchangeAttempts(ICacheStore store, StoreExchange exchange)
{
    private bool _mayHaveHappened;

    /// <summary>Tries.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it has happened, at this attempt or an earlier one.</returns>
    public async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        bool isRepeated = _mayHaveHappened;
        _mayHaveHappened = true;
        return await store.TryExchangeAsync(exchange, cancellationToken).ConfigureAwait(false)
            || (isRepeated && await HasHappenedAsync(cancellationToken).ConfigureAwait(false));
    }

    private async ValueTask<bool> HasHappenedAsync(CancellationToken cancellationToken)
    {
        if (!exchange.IsInPlace
            && await store.GetAsync(exchange.Key, cancellationToken).ConfigureAwait(false) is not null)
        {
            return false;
        }

        // Nobody else seals the same bytes: what lies there was put there by us.
        return exchange.Target is not { } target
            || StoreExchange.Matches(
                await store.GetAsync(target, cancellationToken).ConfigureAwait(false), exchange.Value);
    }
}
