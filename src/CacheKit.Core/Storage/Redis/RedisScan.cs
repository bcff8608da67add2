using StackExchange.Redis;

namespace CacheKit.Core.Storage.Redis;

/// <summary>Lists keys with SCAN, one primary after the other.</summary>
internal sealed class RedisScan
{
    private const int PageSize = 1000;

    // A server whose listing has no end would fill the memory.
    private const int MostKeys = 10_000_000;

    private const string End = "0";

    private readonly ConnectionMultiplexer _multiplexer;
    private readonly int _database;
    private readonly RedisKeyPattern _pattern;
    private readonly TimeSpan _silence;
    private readonly TimeProvider _clock;
    private readonly RedisFaults _faults;
    private readonly Queue<IServer> _primaries = new();

    // SCAN may give a key twice, and so may two primaries between which it moves.
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);

    private IServer? _server;
    private string _cursor = End;

    /// <summary>Makes a listing.</summary>
    /// <param name="multiplexer">The connection.</param>
    /// <param name="database">The number of the logical database.</param>
    /// <param name="pattern">What is listed, checked.</param>
    /// <param name="silence">How long the server may be silent.</param>
    /// <param name="clock">The clock of that.</param>
    /// <param name="faults">The faults of the store.</param>
    public RedisScan(
        ConnectionMultiplexer multiplexer,
        int database,
        string pattern,
        TimeSpan silence,
        TimeProvider clock,
        RedisFaults faults)
    {
        _faults = faults;
        _multiplexer = multiplexer;
        _database = database;
        _pattern = new RedisKeyPattern(pattern);
        _silence = silence;
        _clock = clock;
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
            .WaitAsync(_silence, _clock, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Returns the next page of keys of entries, which may be empty; null at the end.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">The server was silent for too long.</exception>
    /// <exception cref="StoreException">The answer is none, or there is no end.</exception>
    public async Task<List<string>?> NextAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_server is null && !_primaries.TryDequeue(out _server))
        {
            return null;
        }

        RedisResult answer = await _server
            .ExecuteAsync(
                _database,
                "SCAN",
                [_cursor, "MATCH", _pattern.OnServer, "COUNT", PageSize],
                CommandFlags.DemandMaster)
            .WaitAsync(_silence, _clock, cancellationToken).ConfigureAwait(false);
        if (answer.Length != 2
            || (string?)answer[0] is not { Length: > 0 } cursor
            || (string?[]?)answer[1] is not { } places)
        {
            throw _faults.Unexpected("with a listing that is none");
        }

        _cursor = cursor;
        _server = cursor == End ? null : _server;
        List<string> keys = [];
        foreach (string? place in places)
        {
            if (place is not null && RedisKeys.EntryAt(place) is { } key && _pattern.Matches(key) && _found.Add(key))
            {
                keys.Add(key);
            }
        }

        return _found.Count <= MostKeys ? keys : throw _faults.Unexpected("with a listing that has no end");
    }
}
