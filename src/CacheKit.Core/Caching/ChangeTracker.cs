using CacheKit.Core.Formats;

namespace CacheKit.Core.Caching;

/// <summary>
/// Tells whether an entry was changed between two moments, so that what was read before a removal is not put into
/// memory after it. It may say yes for one that was not; never no for one that was.
/// </summary>
internal sealed class ChangeTracker
{
    // A power of two. Entries share a place by their hash: some change elsewhere costs a few fills of the memory.
    private const int Places = 1024;

    private readonly long[] _lastChange = new long[Places];
    private long _changes;
    private long _lastOfAll;

    /// <summary>The present moment.</summary>
    public long Now => Interlocked.Read(ref _changes);

    /// <summary>An entry changes now.</summary>
    /// <param name="id">The entry.</param>
    public void Changed(in EntryId id) => Advance(ref _lastChange[PlaceOf(id)]);

    /// <summary>Any entry may have changed until now.</summary>
    public void AllChanged() => Advance(ref _lastOfAll);

    /// <summary>Whether an entry may have changed since a moment.</summary>
    /// <param name="id">The entry.</param>
    /// <param name="moment">What <see cref="Now"/> said then.</param>
    public bool HasChangedSince(in EntryId id, long moment) =>
        Interlocked.Read(ref _lastChange[PlaceOf(id)]) > moment || Interlocked.Read(ref _lastOfAll) > moment;

    private static int PlaceOf(in EntryId id) => id.GetHashCode() & (Places - 1);

    private void Advance(ref long last)
    {
        long change = Interlocked.Increment(ref _changes);
        long seen = Interlocked.Read(ref last);
        // Two changes at once: the later number stays.
        while (seen < change)
        {
            long found = Interlocked.CompareExchange(ref last, change, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }
}
