namespace CacheKit.Core.Storage;

/// <summary>
/// Counts who holds something shared: its maker at first, then whoever asks. When the last one lets go, whatever it is
/// can be closed, and nobody holds it again. Safe for concurrent use.
/// </summary>
internal sealed class HolderCount
{
    private int _holders = 1;

    /// <summary>Adds a holder, unless the last one has let go.</summary>
    public bool TryHold()
    {
        int holders = Volatile.Read(ref _holders);
        while (holders > 0)
        {
            int seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders)
            {
                return true;
            }

            holders = seen;
        }

        return false;
    }

    /// <summary>Lets go, once for each hold.</summary>
    /// <returns>Whether this was the last holder.</returns>
    public bool Release() => Interlocked.Decrement(ref _holders) == 0;
}
