namespace CacheKit.Core.Storage.Redis;

/// <summary>
/// The multiplexers of this process: one for each connection, however many stores and runspaces use it. The last to
/// give it back closes it.
/// </summary>
internal static class SharedMultiplexers
{
    private static readonly object s_lock = new();

    private static readonly Dictionary<string, (SharedMultiplexer Multiplexer, HolderCount Holders)> s_held = [];

    /// <summary>Takes the multiplexer of a connection; connects to nothing.</summary>
    /// <param name="connection">The connection.</param>
    public static SharedMultiplexer Rent(RedisConnection connection)
    {
        lock (s_lock)
        {
            if (s_held.TryGetValue(connection.Identity, out (SharedMultiplexer Multiplexer, HolderCount Holders) held)
                && held.Holders.TryHold())
            {
                return held.Multiplexer;
            }

            SharedMultiplexer multiplexer = new(connection);
            s_held[connection.Identity] = (multiplexer, new HolderCount());
            return multiplexer;
        }
    }

    /// <summary>Gives a multiplexer back, once for each time that it was taken.</summary>
    /// <param name="connection">The connection that it was taken for.</param>
    public static ValueTask ReturnAsync(RedisConnection connection)
    {
        SharedMultiplexer multiplexer;
        lock (s_lock)
        {
            (multiplexer, HolderCount holders) = s_held[connection.Identity];
            if (!holders.Release())
            {
                return ValueTask.CompletedTask;
            }

            _ = s_held.Remove(connection.Identity);
        }

        return multiplexer.DisposeAsync();
    }
}
