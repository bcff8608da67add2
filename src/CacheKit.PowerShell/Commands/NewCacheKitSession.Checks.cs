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

    private void CheckCommon()
    {
        ThrowIfAny(Tenants.Check(Tenant), Tenant);
        ThrowIfAny(Namespaces.Check(Namespace), Namespace);
        ThrowIfAny(SessionTtl.Check(Ttl), Ttl.Input ?? Ttl.Script);
        CheckTimeout(nameof(ConnectTimeout), ConnectTimeout);
        CheckTimeout(nameof(OperationTimeout), OperationTimeout);
        CheckSizes();
    }

    private void CheckTimeout(string parameter, Ttl? given)
    {
        if (given is null || (given.Problem is null && given.Script is null
            && given.Duration >= s_shortestTimeout && given.Duration <= s_longestTimeout))
        {
            return;
        }

        Refuse(
            ErrorIds.StoreSettingInvalid,
            $"-{parameter} is not a time between one millisecond and {s_longestTimeout.TotalMinutes:0} minutes.",
            $"Give seconds (-{parameter} 2), text such as 500ms, or a TimeSpan.",
            given.Input ?? given.Script);
    }

    private void CheckSizes()
    {
        if (NoMemoryTier && IsGiven(nameof(MemoryLimit)))
        {
            Refuse(
                ErrorIds.ParameterConflict,
                "-NoMemoryTier keeps nothing in memory, so that there is nothing for -MemoryLimit to limit.",
                "Give one of them.",
                null);
        }

        CheckSize(nameof(MemoryLimit), MemoryLimit, SmallestMemoryLimit);
        if (IsGiven(nameof(MaxSize)))
        {
            CheckSize(nameof(MaxSize), MaxSize, SqliteStoreOptions.MinMaxBytes);
        }
    }

    private void CheckSize(string parameter, long value, long smallest)
    {
        if (value < smallest)
        {
            Refuse(
                ErrorIds.StoreSettingInvalid,
                $"-{parameter} is {value} bytes; the least is {smallest}.",
                $"Give a size such as -{parameter} 64MB.",
                value);
        }
    }
}
