using StackExchange.Redis;

namespace CacheKit.Core.Storage.Redis;

/// <content>Exchanges: one step where one server has both keys.</content>
public sealed partial class RedisStore : IExchangeSteps
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryExchangeAsync(StoreExchange exchange, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        exchange.Validate();
        if (exchange.Target is not null)
        {
            CheckSize(exchange.Value.Length);
        }

        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            ConnectionMultiplexer multiplexer = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            bool isDone = exchange.IsMove && AreApart(multiplexer, exchange)
                ? await StepwiseExchange.RunAsync(this, exchange, cancellationToken).ConfigureAwait(false)
                : await ExchangeOnceAsync(exchange, cancellationToken).ConfigureAwait(false);
            if (isDone && exchange.IsMove)
            {
                _changes.Tell(exchange.Target!);
            }

            return isDone;
        }
        finally
        {
            // Whatever came of it: who remembers the key may remember something else than what lies there.
            _changes.Tell(exchange.Key);
        }
    }

    ValueTask<byte[]?> IExchangeSteps.ReadAsync(string key, CancellationToken cancellationToken) =>
        GetAsync(key, cancellationToken);

    ValueTask<TimeSpan?> IExchangeSteps.ReadTimeLeftAsync(string key, CancellationToken cancellationToken) =>
        ReadTimeLeftAsync(key, cancellationToken);

    async ValueTask<bool> IExchangeSteps.TryReplaceAsync(
        string key,
        byte[]? expected,
        byte[]? value,
        TimeSpan? timeToLive,
        CancellationToken cancellationToken)
    {
        StoreExchange change = new()
        {
            Key = key,
            Expected = expected,
            Target = value is null ? null : key,
            Value = value ?? [],
            TimeToLive = timeToLive,
        };
        return await ExchangeOnceAsync(change, cancellationToken).ConfigureAwait(false);
    }

    private static bool AreApart(ConnectionMultiplexer multiplexer, StoreExchange exchange) =>
        multiplexer.HashSlot(RedisKeys.OfEntry(exchange.Key))
            != multiplexer.HashSlot(RedisKeys.OfEntry(exchange.Target!));

    private async ValueTask<TimeSpan?> ReadTimeLeftAsync(string key, CancellationToken cancellationToken)
    {
        RedisResult left = await RunAsync(
            key,
            static (database, key) => database.ExecuteAsync(
                "PTTL", [(RedisKey)RedisKeys.OfEntry(key)], CommandFlags.DemandMaster),
            cancellationToken).ConfigureAwait(false);
        return (long)left switch
        {
            -1 => TimeSpan.MaxValue,
            < 0 => null,
            long milliseconds => TimeSpan.FromMilliseconds(Math.Max(1, milliseconds)),
        };
    }

    private async ValueTask<bool> ExchangeOnceAsync(StoreExchange exchange, CancellationToken cancellationToken)
    {
        if (exchange.IsMove && exchange.TimeToLive is null)
        {
            if (await ReadTimeLeftAsync(exchange.Key, cancellationToken).ConfigureAwait(false) is not { } left)
            {
                return false;
            }

            exchange = exchange with { TimeToLive = left };
        }

        return await WriteAsync(
            exchange.Target ?? exchange.Key,
            exchange.Bytes,
            // A copy, since an exchange whose caller went away may go out later.
            new RedisExchange(exchange with
            {
                Expected = exchange.Expected?.AsSpan().ToArray(),
                TargetExpected = exchange.TargetExpected?.AsSpan().ToArray(),
                Value = [.. exchange.Value],
            }),
            static (database, exchange) => exchange.RunAsync(database),
            cancellationToken).ConfigureAwait(false);
    }
}
