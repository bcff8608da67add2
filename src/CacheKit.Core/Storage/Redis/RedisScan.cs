using StackExchange.Redis;

namespace CacheKit.Core.Storage;

/// <summary>Lists keys with SCAN, one primary after the other.</summary>
internal sealed class RedisScan : IAsyncDisposable
{
    private const int PageSize = 1000;

    private readonly ConnectionMultiplexer _multiplexer;
    private readonly int _database;
    private readonly RedisKeyPattern _pattern;
    private readonly TimeSpan _silence;
    private readonly Queue<IServer> _primaries = new();

    // SCAN may give a key twice, and so may two primaries between which it moves.
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);

    private IAsyncEnumerator<RedisKey>? _places;

    /// <summary>Makes a listing.</summary>
    /// <param name="multiplexer">The connection.</param>
    /// <param name="database">The number of the logical database.</param>
    /// <param name="pattern">What is listed, checked.</param>
    /// <param name="silence">How long the server may be silent.</param>
    public RedisScan(ConnectionMultiplexer multiplexer, int database, string pattern, TimeSpan silence)
    {
        _multiplexer = multiplexer;
        _database = database;
        _pattern = new RedisKeyPattern(pattern);
        _silence = silence;
    }

    /// <summary>Finds out which servers have a part of the keys.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether all of them can be reached.</returns>
    public async Task<bool> FindPrimariesAsync(CancellationToken cancellationToken)
    {
        IServer[] servers = _multiplexer.GetServers();
        IServer? member = Array.Find(servers, server => server.IsConnected && server.ServerType == ServerType.Cluster);
        if (member is null)
        {
            IServer? primary = Array.Find(servers, server => server.IsConnected && !server.IsReplica);
            if (primary is not null)
            {
                _primaries.Enqueue(primary);
            }

            return primary is not null;
        }

        ClusterConfiguration? cluster = await member.ClusterNodesAsync()
            .WaitAsync(_silence, cancellationToken).ConfigureAwait(false);
        foreach (ClusterNode node in cluster?.Nodes ?? [])
        {
            if (node.IsReplica || node.Slots.Count == 0)
            {
                continue;
            }

            IServer? server = Array.Find(servers, server => Equals(server.EndPoint, node.EndPoint));
            if (server is not { IsConnected: true })
            {
                return false;
            }

            _primaries.Enqueue(server);
        }

        return _primaries.Count > 0;
    }

    /// <summary>Returns the next key of an entry, or null at the end.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">The server was silent for too long.</exception>
    public async Task<string?> NextAsync(CancellationToken cancellationToken)
    {
        while (_places is not null || _primaries.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _places ??= _primaries.Dequeue()
                .KeysAsync(_database, _pattern.OnServer, PageSize, flags: CommandFlags.DemandMaster)
                .GetAsyncEnumerator(CancellationToken.None);
            if (!await MoveNextAsync(_places, cancellationToken).ConfigureAwait(false))
            {
                await _places.DisposeAsync().ConfigureAwait(false);
                _places = null;
            }
            else if (RedisKeys.EntryAt(_places.Current.ToString()) is { } key
                && _pattern.Matches(key)
                && _found.Add(key))
            {
                return key;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _places?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<RedisKey> places, CancellationToken cancellationToken)
    {
        ValueTask<bool> next = places.MoveNextAsync();
        return next.IsCompletedSuccessfully
            ? next.Result
            : await next.AsTask().WaitAsync(_silence, cancellationToken).ConfigureAwait(false);
    }
}
