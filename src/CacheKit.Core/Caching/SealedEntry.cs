using CacheKit.Core.Keys;

namespace CacheKit.Core.Caching;

/// <summary>An entry on its way to the store: nothing in it is in clear.</summary>
public sealed class SealedEntry
{
    internal SealedEntry(EntryKeys keys, byte[] frame, long createdUnixMs, TimeSpan keepFor)
    {
        Keys = keys;
        Frame = frame;
        CreatedUnixMs = createdUnixMs;
        KeepFor = keepFor;
    }

    internal EntryKeys Keys { get; }

    internal byte[] Frame { get; }

    internal long CreatedUnixMs { get; }

    internal TimeSpan KeepFor { get; }
}
