using CacheKit.Core.Diagnostics;
using CacheKit.Core.Storage.Sqlite;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <content>What the parameters may say.</content>
public sealed partial class NewCacheKitSessionCommand
{
    private const long SmallestMemoryLimit = 1 << 20;

    private static readonly TimeSpan s_shortestTimeout = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_longestTimeout = TimeSpan.FromMinutes(10);

    /// <summary>What the session says for calls that do not say it.</summary>
    private CallDefaults ReadDefaults()
    {
        Tenants.Check(Tenant);
        Namespaces.Check(Namespace);
        return new CallDefaults(Tenant)
        {
            Namespace = Namespace,
            HasNamespace = IsGiven(nameof(Namespace)),
            Ttl = Ttl?.Read(nameof(Ttl), CallDefaults.WhyNoScript) ?? CacheKit.Ttl.Default,
            FailClosed = FailClosed,
        };
    }

    private static TimeSpan? ReadTimeout(TtlArgument? given, string parameter) =>
        given?.ReadTimeout(parameter, s_shortestTimeout, s_longestTimeout);

    private void CheckSizes()
    {
        if (NoMemoryTier && IsGiven(nameof(MemoryLimit)))
        {
            throw Conflict(
                "-NoMemoryTier keeps nothing in memory, so that there is nothing for -MemoryLimit to limit.",
                "Give one of them.");
        }

        CheckSize(nameof(MemoryLimit), MemoryLimit, SmallestMemoryLimit);
        if (IsGiven(nameof(MaxSize)))
        {
            CheckSize(nameof(MaxSize), MaxSize, SqliteStoreOptions.MinMaxBytes);
        }
    }

    private static void CheckSize(string parameter, long value, long smallest)
    {
        if (value < smallest)
        {
            throw new CacheKitException(
                ErrorIds.StoreSettingInvalid,
                $"-{parameter} is {value} bytes; the least is {smallest}.",
                $"Give a size such as -{parameter} 64MB.",
                target: value);
        }
    }
}
