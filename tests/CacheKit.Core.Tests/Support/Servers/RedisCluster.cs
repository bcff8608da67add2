using System.Globalization;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>A Redis Cluster on the loopback address: three primaries that share the slots, and a replica of each.
/// </summary>
internal sealed class RedisCluster : IDisposable
{
    private const int Primaries = 3;
    private const int Slots = 16384;

    private readonly List<RedisProcess> _nodes = [];

    /// <summary>Starts the servers and lets them find each other.</summary>
    public RedisCluster()
    {
        RedisProcess.SkipUnlessInstalled();
        try
        {
            for (int i = 0; i < 2 * Primaries; i++)
            {
                // A node that a busy machine keeps waiting is not taken for dead by the others.
                _nodes.Add(RedisProcess.StartServer(
                    "--cluster-enabled", "yes", "--cluster-node-timeout",
                    HangGuard.Milliseconds.ToString(CultureInfo.InvariantCulture), "--cluster-port",
                    FreePort.Take().ToString(CultureInfo.InvariantCulture), "--repl-diskless-sync-delay", "0"));
            }

            Join();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>All servers: the primaries first.</summary>
    public IReadOnlyList<RedisProcess> Nodes => _nodes;

    /// <summary>A URL that names one of its servers.</summary>
    public string Url => _nodes[0].Url;

    public void Dispose() => _nodes.ForEach(node => node.Dispose());

    private static string IdOf(RedisProcess node) => node.CommandText("CLUSTER MYID").Split('\n')[1].Trim();

    private void Join()
    {
        for (int i = 0; i < Primaries; i++)
        {
            int first = Slots * i / Primaries;
            int last = (Slots * (i + 1) / Primaries) - 1;
            _ = _nodes[i].Command($"CLUSTER ADDSLOTSRANGE {first} {last}");
            _ = _nodes[i].Command($"CLUSTER SET-CONFIG-EPOCH {i + 1}");
        }

        foreach (RedisProcess node in _nodes.Skip(1))
        {
            string busPort = node.CommandText("CONFIG GET cluster-port").TrimEnd().Split('\n')[^1].Trim();
            _ = _nodes[0].Command($"CLUSTER MEET 127.0.0.1 {node.Port} {busPort}");
        }

        for (int i = 0; i < Primaries; i++)
        {
            string primary = IdOf(_nodes[i]);
            RedisProcess replica = _nodes[Primaries + i];
            HangGuard.Until(
                () => replica.Command($"CLUSTER REPLICATE {primary}") == "+OK", "a replica knows its primary");
        }

        HangGuard.Until(
            () => _nodes.TrueForAll(node =>
                node.CommandText("CLUSTER INFO").Contains("cluster_state:ok", StringComparison.Ordinal)
                && node.CommandText("CLUSTER NODES").Split('\n').Count(line => line.Contains("slave")) == Primaries),
            "the cluster is complete");
    }
}
