namespace CacheKit.Core.Storage;

/// <summary>What a <see cref="SqliteStore"/> can be asked for. Can be run again from its start on another session.
/// </summary>
/// <typeparam name="TResult">What it answers.</typeparam>
internal interface ISqliteOperation<TResult>
{
    /// <summary>Runs it.</summary>
    /// <param name="session">A session lent for it.</param>
    /// <param name="now">The time, in Unix milliseconds.</param>
    TResult Run(SqliteSession session, long now);
}

/// <summary>Reads a key.</summary>
internal readonly record struct GetOperation(string Key) : ISqliteOperation<byte[]?>
{
    /// <inheritdoc/>
    public byte[]? Run(SqliteSession session, long now) => session.Get(Key, now);
}

/// <summary>Reads several keys as of one moment.</summary>
internal readonly record struct GetManyOperation(IReadOnlyList<string> Keys, CancellationToken CancellationToken)
    : ISqliteOperation<byte[]?[]>
{
    /// <inheritdoc/>
    public byte[]?[] Run(SqliteSession session, long now)
    {
        byte[]?[] values = new byte[Keys.Count][];
        session.BeginRead();
        try
        {
            for (int i = 0; i < values.Length; i++)
            {
                CancellationToken.ThrowIfCancellationRequested();
                values[i] = session.Get(Keys[i], now);
            }

            session.Commit();
            return values;
        }
        finally
        {
            session.RollbackIfOpen();
        }
    }
}

/// <summary>Writes a key.</summary>
internal readonly record struct SetOperation(
    string Key, ReadOnlyMemory<byte> Value, TimeSpan TimeToLive, SqliteTrimmer Trimmer)
    : ISqliteOperation<bool>
{
    /// <inheritdoc/>
    public bool Run(SqliteSession session, long now)
    {
        // Both rounded down: an entry may end a moment early, never late.
        session.Set(Key, Value.Span, now + (long)TimeToLive.TotalMilliseconds);
        Trimmer.AfterWrite(session, Value.Length, now);
        return true;
    }
}

/// <summary>Removes a key.</summary>
internal readonly record struct RemoveOperation(string Key) : ISqliteOperation<bool>
{
    /// <inheritdoc/>
    public bool Run(SqliteSession session, long now) => session.Remove(Key, now);
}

/// <summary>Looks for a key that matches a pattern.</summary>
internal readonly record struct AnyOperation(string Pattern) : ISqliteOperation<bool>
{
    /// <inheritdoc/>
    public bool Run(SqliteSession session, long now) => session.Any(Pattern, now);
}
