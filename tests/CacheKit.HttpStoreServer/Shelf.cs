using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;

namespace CacheKit.StoreServer;

/// <summary>The entries and locks of one tenant, in memory.</summary>
/// <param name="clock">The clock that they end by.</param>
/// <param name="maxBytes">How much the values may take together, in bytes.</param>
internal sealed class Shelf(TimeProvider clock, long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (byte[] Value, DateTimeOffset End)> _entries =
        new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Id, DateTimeOffset End)> _locks = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>The value of a key and when it ends; null when there is none.</summary>
    public (byte[] Value, DateTimeOffset End)? Find(string key)
    {
        lock (_gate)
        {
            return _entries.TryGetValue(key, out (byte[] Value, DateTimeOffset End) entry)
                && entry.End > clock.GetUtcNow()
                ? entry
                : null;
        }
    }

    /// <summary>Stores a value, or answers false when there is no room.</summary>
    public bool TryStore(string key, byte[] value, TimeSpan? life)
    {
        lock (_gate)
        {
            Drop(key);
            if (_bytes + value.Length > maxBytes)
            {
                DateTimeOffset now = clock.GetUtcNow();
                Array.ForEach([.. _entries.Where(each => each.Value.End <= now).Select(each => each.Key)], Drop);
            }

            bool fits = _bytes + value.Length <= maxBytes;
            if (fits)
            {
                _entries[key] = (value, EndOf(life));
                _bytes += value.Length;
            }

            return fits;
        }
    }

    /// <summary>Removes a key. Returns whether it was there.</summary>
    public bool Remove(string key)
    {
        lock (_gate)
        {
            bool wasThere = Find(key) is not null;
            Drop(key);
            return wasThere;
        }
    }

    /// <summary>Gives an entry another time to live. Returns whether it is there.</summary>
    public bool Prolong(string key, TimeSpan life)
    {
        lock (_gate)
        {
            if (Find(key) is not { } entry)
            {
                return false;
            }

            _entries[key] = (entry.Value, EndOf(life));
            return true;
        }
    }

    /// <summary>The keys after another that match a pattern, in order.</summary>
    public List<string> List(string pattern, string after, int limit)
    {
        lock (_gate)
        {
            DateTimeOffset now = clock.GetUtcNow();
            return [.. _entries
                .Where(each => string.CompareOrdinal(each.Key, after) > 0 && each.Value.End > now
                    && FileSystemName.MatchesSimpleExpression(pattern, each.Key, ignoreCase: false))
                .Select(each => each.Key)
                .Take(limit)];
        }
    }

    /// <summary>Takes the lock of a key. Returns what proves it, or null when somebody else has it.</summary>
    public string? TryLock(string key, TimeSpan lease)
    {
        lock (_gate)
        {
            if (_locks.TryGetValue(key, out (string Id, DateTimeOffset End) held) && held.End > clock.GetUtcNow())
            {
                return null;
            }

            string id = RandomNumberGenerator.GetHexString(32, lowercase: true);
            _locks[key] = (id, EndOf(lease));
            return id;
        }
    }

    /// <summary>Gives a lock back, if it is still that one.</summary>
    public void Unlock(string key, string id)
    {
        lock (_gate)
        {
            if (_locks.TryGetValue(key, out (string Id, DateTimeOffset End) held)
                && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(held.Id), Encoding.UTF8.GetBytes(id)))
            {
                _locks.Remove(key);
            }
        }
    }

    private DateTimeOffset EndOf(TimeSpan? life) =>
        life is { } time ? clock.GetUtcNow() + time : DateTimeOffset.MaxValue;

    private void Drop(string key)
    {
        if (_entries.Remove(key, out (byte[] Value, DateTimeOffset End) entry))
        {
            _bytes -= entry.Value.Length;
        }
    }
}
