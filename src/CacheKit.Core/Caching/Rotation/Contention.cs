namespace CacheKit.Core.Caching.Rotation;

/// <summary>How often an entry is tried that others change at the same time.</summary>
internal static class Contention
{
    /// <summary>How often it is tried in all.</summary>
    public const int Attempts = 6;

    private const int LongestPauseMilliseconds = 10;

    /// <summary>Waits before the next attempt; not before the second, which comes after a first guess.</summary>
    /// <param name="attempt">The attempt that has failed, from 1 on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task PauseAsync(int attempt, CancellationToken cancellationToken) => attempt == 1
        ? Task.CompletedTask
        : Task.Delay(Random.Shared.Next(1, LongestPauseMilliseconds * attempt), cancellationToken);
}
