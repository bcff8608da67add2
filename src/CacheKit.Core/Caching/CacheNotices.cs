using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <summary>What the user should be warned of. A fault of the store is told once an outage.</summary>
/// <param name="store">The store, which has incidents of its own.</param>
internal sealed class CacheNotices(ICacheStore store)
{
    private readonly ConcurrentQueue<string> _notices = new();
    private string? _readFault;
    private string? _writeFault;

    /// <summary>Adds a notice.</summary>
    /// <param name="notice">One or more whole sentences, without any secret.</param>
    public void Add(string notice) => _notices.Enqueue(notice);

    /// <summary>A read failed.</summary>
    /// <param name="fault">The fault.</param>
    public void AddReadFault(StoreException fault) => AddFault(fault, ref _readFault, _writeFault);

    /// <summary>A write failed.</summary>
    /// <param name="fault">The fault.</param>
    public void AddWriteFault(StoreException fault) => AddFault(fault, ref _writeFault, _readFault);

    /// <summary>A read succeeded: the next fault is one of a new outage.</summary>
    public void ReadsWork() => _readFault = null;

    /// <summary>A write succeeded: the next fault is one of a new outage.</summary>
    public void WritesWork() => _writeFault = null;

    /// <summary>Takes the next notice.</summary>
    /// <param name="notice">The notice.</param>
    public bool TryTake([NotNullWhen(true)] out string? notice)
    {
        if (_notices.TryDequeue(out notice))
        {
            return true;
        }

        notice = store.TryTakeIncident(out StoreIncident? incident) ? incident.Message : null;
        return notice is not null;
    }

    /// <summary>Not again while an outage lasts, nor for the other direction if the fault is the same.</summary>
    private void AddFault(StoreException fault, ref string? last, string? other)
    {
        if (fault.Fault == StoreFault.ValueTooLarge)
        {
            Add($"{fault.Message} It is not cached.");
        }
        else if (Interlocked.Exchange(ref last, fault.Message) is null && other != fault.Message)
        {
            Add($"{fault.Message} The script goes on without it.");
        }
    }
}
