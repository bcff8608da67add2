using CacheKit.Core.Caching;
using CacheKit.Core.Keys;

namespace CacheKit.Execution;

/// <summary>
/// What was found under several keys: in memory, and for the others in the store, in one round trip. What is not taken
/// out is disposed of with it.
/// </summary>
internal sealed class LookupBatch : IDisposable
{
    private readonly LookupResult[] _found;

    private LookupBatch(int count)
    {
        _found = new LookupResult[count];
    }

    /// <summary>What was found under a key.</summary>
    /// <param name="index">Its place.</param>
    public ref LookupResult this[int index] => ref _found[index];

    /// <summary>Looks for keys.</summary>
    /// <param name="context">The cmdlet that waits.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="failClosed">Whether an entry that is not authentic stays where it is.</param>
    public static LookupBatch Find(CommandContext context, EntryCache cache, EntryKeys[] keys, bool failClosed)
    {
        LookupBatch batch = new(keys.Length);
        try
        {
            batch.Fill(context, cache, keys, failClosed);
            return batch;
        }
        catch
        {
            // Ctrl+C, or a warning that ends the command.
            batch.Dispose();
            throw;
        }
    }

    /// <summary>Disposes of what was not taken out.</summary>
    public void Dispose()
    {
        foreach (LookupResult result in _found)
        {
            result.Dispose();
        }
    }

    private void Fill(CommandContext context, EntryCache cache, EntryKeys[] keys, bool failClosed)
    {
        List<int> open = [];
        for (int i = 0; i < keys.Length; i++)
        {
            if (cache.TryGetLocal(keys[i], out OpenedEntry entry))
            {
                _found[i] = new LookupResult(LookupOutcome.Hit, entry) { IsLocal = true };
            }
            else
            {
                open.Add(i);
            }
        }

        if (open.Count > 0)
        {
            EntryKeys[] missing = [.. open.Select(i => keys[i])];
            IReadOnlyList<LookupResult> stored = context.Wait(stop => cache.GetManyAsync(missing, failClosed, stop));
            for (int i = 0; i < open.Count; i++)
            {
                _found[open[i]] = stored[i];
            }

            context.WriteNotices(cache);
        }
    }
}
