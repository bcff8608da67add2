namespace CacheKit.Core.Storage;

/// <summary>
/// What an exchange is made of where it cannot be done in one step: see <see cref="StepwiseExchange"/>.
/// </summary>
internal interface IExchangeSteps
{
    /// <summary>Reads a key, or null.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>How long an entry has left: null when it is not there, the longest time when it has no end.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<TimeSpan?> ReadTimeLeftAsync(string key, CancellationToken cancellationToken);

    /// <summary>Replaces or removes what is under one key, if it is what is expected.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expected">What must be there, or null.</param>
    /// <param name="value">What takes its place; null to remove it.</param>
    /// <param name="timeToLive">
    /// How long that lasts, the longest time for no end; null for what the key has left.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<bool> TryReplaceAsync(
        string key,
        byte[]? expected,
        byte[]? value,
        TimeSpan? timeToLive,
        CancellationToken cancellationToken);
}
