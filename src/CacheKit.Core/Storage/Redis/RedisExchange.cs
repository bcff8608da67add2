using StackExchange.Redis;

namespace CacheKit.Core.Storage.Redis;

/// <summary>An exchange on one server: a script, or a transaction where scripts are not allowed.</summary>
/// <param name="exchange">
/// A valid exchange, whose keys are of one slot; a move has a time to live. The longest time stands for no end.
/// </param>
internal sealed class RedisExchange(StoreExchange exchange)
{
    private const string Forever = "";
    private const string Keep = "KEEP";

    // With no commands but those that entries need too, so that a user needs no more rights.
    private const string Script =
        """
        local function holds(key, isThere, value)
          local found = redis.call('GET', key)
          if isThere == '1' then return found == value end
          return not found
        end
        if not holds(KEYS[1], ARGV[1], ARGV[2]) then return 0 end
        local target = KEYS[2]
        if target and target ~= KEYS[1] and not holds(target, ARGV[3], ARGV[4]) then return 0 end
        if target then
          if ARGV[6] == 'KEEP' then redis.call('SET', target, ARGV[5], 'KEEPTTL')
          elseif ARGV[6] == '' then redis.call('SET', target, ARGV[5])
          else redis.call('SET', target, ARGV[5], 'PX', ARGV[6]) end
        end
        if target ~= KEYS[1] then redis.call('DEL', KEYS[1]) end
        return 1
        """;

    private readonly RedisKey _key = RedisKeys.OfEntry(exchange.Key);
    private readonly RedisKey _target = exchange.Target is { } target ? RedisKeys.OfEntry(target) : default;

    private TimeSpan? Life => exchange.TimeToLive is { } life && life != TimeSpan.MaxValue
        ? RedisStore.InMilliseconds(life)
        : null;

    /// <summary>Runs it.</summary>
    /// <param name="database">Where the keys are.</param>
    /// <returns>Whether it has happened.</returns>
    public async Task<bool> RunAsync(IDatabase database)
    {
        object[] keys = exchange.Target is null ? [_key] : [_key, _target];
        object[] arguments =
        [
            Script, keys.Length, .. keys,
            exchange.Expected is null ? "0" : "1", exchange.Expected ?? [],
            exchange.TargetExpected is null ? "0" : "1", exchange.TargetExpected ?? [],
            exchange.Value, LifeArgument(),
        ];
        try
        {
            // As EVAL: the library's own scripting asks for the rights to load scripts too.
            RedisResult result = await database.ExecuteAsync("EVAL", arguments, CommandFlags.DemandMaster)
                .ConfigureAwait(false);
            return (long)result == 1;
        }
        catch (Exception exception) when (RedisFaults.MeansNoScripts(exception))
        {
            // The library waits synchronously for the first half of a transaction.
            return await Task.Run(() => TransactAsync(database)).ConfigureAwait(false);
        }
    }

    private string LifeArgument() => exchange.TimeToLive is null
        ? Keep
        : Life is { } life
            ? ((long)life.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture)
            : Forever;

    private Task<bool> TransactAsync(IDatabase database)
    {
        ITransaction transaction = database.CreateTransaction();
        _ = transaction.AddCondition(Holds(_key, exchange.Expected));
        if (exchange.IsMove)
        {
            _ = transaction.AddCondition(Holds(_target, exchange.TargetExpected));
        }

        if (exchange.Target is not null)
        {
            _ = transaction.StringSetAsync(
                _target, exchange.Value, Life, keepTtl: exchange.TimeToLive is null, flags: CommandFlags.DemandMaster);
        }

        if (!exchange.IsInPlace)
        {
            _ = transaction.KeyDeleteAsync(_key, CommandFlags.DemandMaster);
        }

        return transaction.ExecuteAsync(CommandFlags.DemandMaster);
    }

    private static Condition Holds(RedisKey key, byte[]? expected) =>
        expected is null ? Condition.KeyNotExists(key) : Condition.StringEqual(key, expected);
}
