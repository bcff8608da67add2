using System.Security.Cryptography;

namespace CacheKit.Core.Keys;

/// <summary>
/// Tells, cheaply enough for every call, whether a key file has changed since it was read. It looks at most once a
/// second, and compares what the file holds: all key files are equally long, and a copy may keep the time of another.
/// Safe for concurrent use.
/// </summary>
public sealed class KeyFileWatch
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly TimeProvider _clock;
    private readonly byte[]? _digest;
    private long _lookedAt;
    private volatile bool _hasChanged;

    /// <summary>Begins to watch a file. Done before the file is read, a change between the two is not missed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="clock">The clock that the second goes by.</param>
    public KeyFileWatch(string path, TimeProvider clock)
    {
        _path = path;
        _clock = clock;
        _digest = KeyFile.DigestOf(path);
        _lookedAt = clock.GetTimestamp();
    }

    /// <summary>
    /// Whether the file has changed, been removed, or can be used by others now. Once it has, that stays so.
    /// </summary>
    public bool HasChanged()
    {
        long lookedAt = Volatile.Read(ref _lookedAt);
        long now = _clock.GetTimestamp();
        if (!_hasChanged
            && _clock.GetElapsedTime(lookedAt, now) >= s_interval
            && Interlocked.CompareExchange(ref _lookedAt, now, lookedAt) == lookedAt)
        {
            byte[]? digest = KeyFile.DigestOf(_path);
            _hasChanged = digest is null
                || _digest is null
                || !CryptographicOperations.FixedTimeEquals(digest, _digest);
        }

        return _hasChanged;
    }
}
