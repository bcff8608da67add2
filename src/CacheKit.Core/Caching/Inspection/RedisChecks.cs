using System.Globalization;
using CacheKit.Core.Storage.Redis;

namespace CacheKit.Core.Caching.Inspection;

/// <summary>What is checked of a Redis.</summary>
internal static class RedisChecks
{
    private const string Role = nameof(Role);
    private const string Eviction = nameof(Eviction);
    private const string Changes = nameof(Changes);

    /// <summary>Judges what a Redis says of itself.</summary>
    /// <param name="choice">What was chosen.</param>
    /// <param name="server">What it says.</param>
    public static IEnumerable<StoreCheck> Of(StoreChoice choice, RedisDescription server) =>
    [
        server.UsesTls
            ? StoreCheck.Passed(ServerChecks.Encryption, "TLS; the server's certificate is valid")
            : ServerChecks.CheckNoTls(choice.IsLocal, "Use rediss:// if the server has TLS."),
        CheckAuthentication(choice),
        CheckRole(server),
        server.Version is null
            ? StoreCheck.Skipped("Version", "the server does not tell its version")
            : StoreCheck.Passed("Version", $"{server.Version}, {server.Mode}"),
        CheckEviction(server),
        ServerChecks.CheckClock(server.ClockOffset),
        CheckChanges(choice, server),
    ];

    private static StoreCheck CheckAuthentication(StoreChoice choice) => choice.HasCredentials
        ? StoreCheck.Passed(ServerChecks.Authentication, "the server accepts the password")
        : choice.IsLocal
            ? StoreCheck.Passed(ServerChecks.Authentication, "none; only this machine is asked")
            : StoreCheck.Warning(
                ServerChecks.Authentication,
                "none: whoever reaches the server can remove entries, and change those of Invoke-Cached",
                "Give the server a user and a password, and pass them with -Credential or in CACHEKIT_REDIS_PASSWORD.");

    private static StoreCheck CheckRole(RedisDescription server) => server.Role switch
    {
        null => StoreCheck.Skipped(Role, "the server does not tell its role"),
        "slave" or "replica" => StoreCheck.Failed(
            Role,
            "replica: it cannot be written, and may be behind",
            "Connect to the primary; through Sentinel, with redis+sentinel://."),
        _ => StoreCheck.Passed(Role, "primary"),
    };

    private static StoreCheck CheckEviction(RedisDescription server)
    {
        if (server.MaxMemory is not { } limit)
        {
            return StoreCheck.Skipped(Eviction, "the server does not tell its memory limit");
        }

        if (limit == 0)
        {
            return StoreCheck.Passed(Eviction, "no memory limit: entries go when their time is over");
        }

        string detail = string.Create(
            CultureInfo.InvariantCulture,
            $"{server.MaxMemoryPolicy ?? "unknown policy"} at {limit / (1024.0 * 1024):0.#} MB");
        return server.MaxMemoryPolicy == "noeviction"
            ? StoreCheck.Warning(
                Eviction,
                $"{detail}: when the memory is full, nothing can be written",
                "Set maxmemory-policy to volatile-ttl, or to allkeys-lru on a server for caches alone.")
            : StoreCheck.Passed(Eviction, detail);
    }

    private static StoreCheck CheckChanges(StoreChoice choice, RedisDescription server) =>
        !choice.ListensForChanges
            ? StoreCheck.Skipped(
                Changes, "switched off: what others remove stays in this process's memory for its time")
            : server.HearsChanges
                ? StoreCheck.Passed(Changes, "what others replace and remove is heard")
                : StoreCheck.Warning(
                    Changes,
                    "what others replace and remove is not heard, and stays in this process's memory for its time",
                    "Allow the user the channel cachekit:changes.");
}
