namespace CacheKit.Core.Storage;

/// <summary>A store that can tell how long an entry has left.</summary>
internal interface ITimedStore : ICacheStore
{
    /// <summary>As <see cref="IExchangeSteps.ReadTimeLeftAsync"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<TimeSpan?> ReadTimeLeftAsync(string key, CancellationToken cancellationToken);

    /// <summary>Stores bytes without an end, or with the latest that there is.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask SetForeverAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken);
}

/// <summary>
/// The steps of a store that knows no conditions: it is read, compared and written. Only locks keep others out
/// meanwhile.
/// </summary>
/// <param name="store">The store.</param>
internal sealed class UnguardedSteps(ITimedStore store) : IExchangeSteps
{
    /// <inheritdoc/>
    public ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken) =>
        store.GetAsync(key, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<TimeSpan?> ReadTimeLeftAsync(string key, CancellationToken cancellationToken) =>
        store.ReadTimeLeftAsync(key, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> TryReplaceAsync(
        string key,
        byte[]? expected,
        byte[]? value,
        TimeSpan? timeToLive,
        CancellationToken cancellationToken)
    {
        byte[]? found = await store.GetAsync(key, cancellationToken).ConfigureAwait(false);
        if (!StoreExchange.Matches(found, expected))
        {
            return false;
        }

        if (value is null)
        {
            return found is null || await store.RemoveAsync(key, cancellationToken).ConfigureAwait(false);
        }

        TimeSpan? life = timeToLive ?? await store.ReadTimeLeftAsync(key, cancellationToken).ConfigureAwait(false);
        if (life == TimeSpan.MaxValue)
        {
            await store.SetForeverAsync(key, value, cancellationToken).ConfigureAwait(false);
        }
        else if (life is { } given)
        {
            await store.SetAsync(key, value, given, cancellationToken).ConfigureAwait(false);
        }

        return life is not null;
    }
}
