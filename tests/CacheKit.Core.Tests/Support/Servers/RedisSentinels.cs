using System.Globalization;
using Xunit;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>A primary, its replica, and three Sentinels that watch over them, on the loopback address.</summary>
internal sealed class RedisSentinels : IDisposable
{
    public const string Service = "cache";

    private readonly List<RedisProcess> _sentinels = [];

    /// <summary>Starts all of them and waits until the Sentinels know each other and the replica.</summary>
    public RedisSentinels()
    {
        RedisProcess.SkipUnlessInstalled();
        try
        {
            Primary = RedisProcess.StartServer("--repl-diskless-sync-delay", "0");
            Replica = RedisProcess.StartServer(
                "--replicaof", "127.0.0.1", Primary.Port.ToString(CultureInfo.InvariantCulture));
            for (int i = 0; i < 3; i++)
            {
                _sentinels.Add(RedisProcess.StartSentinel(
                    FreePort.Take(),
                    $"sentinel monitor {Service} 127.0.0.1 {Primary.Port} 2\n"
                        + $"sentinel down-after-milliseconds {Service} {HangGuard.Milliseconds}\n"
                        + $"sentinel failover-timeout {Service} 3000\n"));
            }

            WaitUntilComplete();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The server that was the primary at first.</summary>
    public RedisProcess Primary { get; } = null!;

    /// <summary>The server that was its replica at first.</summary>
    public RedisProcess Replica { get; } = null!;

    /// <summary>The Sentinels.</summary>
    public IReadOnlyList<RedisProcess> Sentinels => _sentinels;

    /// <summary>The URL that names all Sentinels.</summary>
    public string Url =>
        $"redis+sentinel://{string.Join(',', _sentinels.Select(sentinel => $"127.0.0.1:{sentinel.Port}"))}/{Service}";

    /// <summary>
    /// Kills the primary, which the Sentinels then notice soon: not before, since on a busy machine they would take a
    /// living one for dead.
    /// </summary>
    public void KillPrimary()
    {
        Primary.Kill();
        foreach (RedisProcess sentinel in _sentinels)
        {
            Assert.Equal("+OK", sentinel.Command($"SENTINEL SET {Service} down-after-milliseconds 500"));
        }
    }

    public void Dispose()
    {
        _sentinels.ForEach(sentinel => sentinel.Dispose());
        Replica?.Dispose();
        Primary?.Dispose();
    }

    private void WaitUntilComplete()
    {
        HangGuard.Until(
            () => _sentinels.TrueForAll(sentinel => sentinel.CommandText("INFO sentinel")
                    .Contains("slaves=1,sentinels=3", StringComparison.Ordinal)),
            "the Sentinels have found each other");
        Replica.UntilReplicated();
    }
}
