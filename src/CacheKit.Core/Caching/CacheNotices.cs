using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <summary>What the user should hear of. A fault of the store is told once an outage.</summary>
/// <param name="store">The store, which has incidents of its own.</param>
internal sealed class CacheNotices(ICacheStore store)
{
    private readonly ConcurrentQueue<CacheNotice> _notices = new();
    private readonly Direction _reads = new();
    private readonly Direction _writes = new();

    /// <summary>Adds a warning.</summary>
    /// <param name="text">One or more whole sentences, without any secret.</param>
    public void Add(string text) => _notices.Enqueue(new CacheNotice(text));

    /// <summary>A read failed.</summary>
    /// <param name="fault">The fault.</param>
    public void AddReadFault(StoreException fault) => AddFault(fault, _reads, _writes);

    /// <summary>A write failed, or a lock.</summary>
    /// <param name="fault">The fault.</param>
    public void AddWriteFault(StoreException fault) => AddFault(fault, _writes, _reads);

    /// <summary>A read succeeded: the next fault is one of a new outage.</summary>
    public void ReadsWork() => Recover(_reads, _writes);

    /// <summary>A write succeeded: the next fault is one of a new outage.</summary>
    public void WritesWork() => Recover(_writes, _reads);

    /// <summary>Takes the next notice.</summary>
    /// <param name="notice">The notice.</param>
    public bool TryTake([NotNullWhen(true)] out CacheNotice? notice)
    {
        if (_notices.TryDequeue(out notice))
        {
            return true;
        }

        notice = store.TryTakeIncident(out StoreIncident? incident) ? new CacheNotice(incident.Message) : null;
        return notice is not null;
    }

    /// <summary>
    /// Not again while an outage lasts, nor for the other direction if the reason is the same, or if each says in its
    /// own words that the store cannot be reached. That the configuration is wrong is told even if it turns out later,
    /// such as when a server comes back with another password: it does not pass by itself.
    /// </summary>
    private void AddFault(StoreException fault, Direction direction, Direction other)
    {
        if (fault.Fault == StoreFault.ValueTooLarge)
        {
            Add($"{fault.Message} It is not cached.");
            return;
        }

        lock (_notices)
        {
            if (direction.Fault is { } known && (known.IsConfiguration || !fault.IsConfiguration))
            {
                return;
            }

            direction.Fault = fault;
            direction.IsTold = !IsSameOutage(fault, other.Fault);
            if (direction.IsTold)
            {
                _notices.Enqueue(NoticeOf(fault));
            }
        }
    }

    private void Recover(Direction direction, Direction other)
    {
        if (direction.Fault is null && other.Fault is null)
        {
            return;
        }

        lock (_notices)
        {
            direction.Fault = null;
            if (!other.IsTold)
            {
                // It was part of this direction's outage, which is over.
                other.Fault = null;
            }
        }
    }

    private static bool IsSameOutage(StoreException fault, StoreException? other) =>
        other is not null && (other.Message == fault.Message || (other.IsTransient && fault.IsTransient));

    private static CacheNotice NoticeOf(StoreException fault)
    {
        string text = $"{fault.Message} The script goes on without it.";
        string? errorId = fault.Fault switch
        {
            StoreFault.AuthenticationFailed => ErrorIds.StoreAuthenticationFailed,
            StoreFault.TlsFailed => ErrorIds.StoreTlsFailed,
            _ => null,
        };
        return errorId is null
            ? new CacheNotice(fault.WayOut is null ? text : $"{text} {fault.WayOut}")
            : new CacheNotice(text, new CacheKitException(errorId, text, fault.WayOut ?? WayOutOf(errorId), fault));
    }

    private static string WayOutOf(string errorId) => errorId == ErrorIds.StoreTlsFailed
        ? "Use the name that the server's certificate is for, and trust who issued it."
        : "Put the right user, password or key into the configuration of the store.";

    /// <summary>Reading or writing.</summary>
    private sealed class Direction
    {
        /// <summary>The first fault of the outage that lasts, or null.</summary>
        public volatile StoreException? Fault;

        /// <summary>Whether the fault was told; else it is part of what was told of the other direction.</summary>
        public bool IsTold;
    }
}
