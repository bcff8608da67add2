using StackExchange.Redis;

namespace CacheKit.Core.Storage.Redis;

/// <summary>
/// Reads many keys in one round trip: GETs without waiting in between, which a Cluster takes too. What is asked for at
/// once is bounded by the size of the values that came last, so that a slow line is not asked for more than it can
/// bring in time.
/// </summary>
/// <param name="clock">The clock of the waits.</param>
internal sealed class RedisBatch(TimeProvider clock)
{
    private const int TargetBytes = 16 << 20;
    private const int FewestKeys = 4;
    private const int MostKeys = 2000;

    // Without experience: 256 keys, as many as the cmdlets ask for at once.
    private const int ExpectedBytes = 64 << 10;

    private int _averageBytes = ExpectedBytes;

    /// <summary>Reads the values of the keys, in their order.</summary>
    /// <param name="database">Where they are.</param>
    /// <param name="keys">The keys of the entries.</param>
    /// <param name="silence">How long the server may be silent.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">The server was silent for longer.</exception>
    public async Task<IReadOnlyList<byte[]?>> GetAsync(
        IDatabase database, IReadOnlyList<string> keys, TimeSpan silence, CancellationToken cancellationToken)
    {
        byte[]?[] values = new byte[]?[keys.Count];
        for (int start = 0; start < keys.Count;)
        {
            int count = Math.Min(
                keys.Count - start, Math.Clamp(TargetBytes / Volatile.Read(ref _averageBytes), FewestKeys, MostKeys));
            await GetPartAsync(database, keys, values.AsMemory(start, count), start, silence, cancellationToken)
                .ConfigureAwait(false);
            start += count;
        }

        return values;
    }

    private async Task GetPartAsync(
        IDatabase database,
        IReadOnlyList<string> keys,
        Memory<byte[]?> values,
        int start,
        TimeSpan silence,
        CancellationToken cancellationToken)
    {
        Task<RedisValue>[] answers = new Task<RedisValue>[values.Length];
        for (int i = 0; i < answers.Length; i++)
        {
            answers[i] = database.StringGetAsync(RedisKeys.OfEntry(keys[start + i]), CommandFlags.DemandMaster);
        }

        long bytes = 0;
        for (int i = 0; i < answers.Length; i++)
        {
            byte[]? value = answers[i].IsCompletedSuccessfully
                ? answers[i].Result
                : await answers[i].WaitAsync(silence, clock, cancellationToken).ConfigureAwait(false);
            values.Span[i] = value;
            bytes += value?.Length ?? 0;
        }

        Volatile.Write(ref _averageBytes, (int)Math.Max(1, bytes / answers.Length));
    }
}
