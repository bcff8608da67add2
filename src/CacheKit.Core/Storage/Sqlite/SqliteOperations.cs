namespace CacheKit.Core.Storage.Sqlite;

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

/// <summary>Moves, replaces or removes an entry that is as expected, in one transaction.</summary>
internal readonly record struct ExchangeOperation(StoreExchange Exchange, SqliteTrimmer Trimmer)
    : ISqliteOperation<bool>
{
    /// <inheritdoc/>
    public bool Run(SqliteSession session, long now)
    {
        session.BeginWrite();
        try
        {
            bool isExpected = IsExpected(session, now, out long expires);
            if (isExpected)
            {
                Change(session, now, expires);
            }

            session.Commit();
            if (isExpected && Exchange.Target is not null)
            {
                Trimmer.AfterWrite(session, Exchange.Value.Length, now);
            }

            return isExpected;
        }
        finally
        {
            session.RollbackIfOpen();
        }
    }

    private bool IsExpected(SqliteSession session, long now, out long expires) =>
        StoreExchange.Matches(session.Get(Exchange.Key, now, out expires), Exchange.Expected)
        && (!Exchange.IsMove
            || StoreExchange.Matches(session.Get(Exchange.Target!, now), Exchange.TargetExpected));

    private void Change(SqliteSession session, long now, long expires)
    {
        if (Exchange.Target is { } target)
        {
            long end = Exchange.TimeToLive is { } life ? now + (long)life.TotalMilliseconds : expires;
            session.Set(target, Exchange.Value, end);
        }

        if (!Exchange.IsInPlace)
        {
            _ = session.Remove(Exchange.Key, now);
        }
    }
}

/// <summary>Reads a page of the keys that match a pattern.</summary>
internal readonly record struct ListOperation(string Pattern, string? After, int Limit)
    : ISqliteOperation<List<string>>
{
    /// <inheritdoc/>
    public List<string> Run(SqliteSession session, long now) => session.List(Pattern, After, Limit, now);
}

/// <summary>Takes a lock.</summary>
internal readonly record struct TakeLockOperation(string Key, byte[] Token, TimeSpan Lease) : ISqliteOperation<bool>
{
    /// <inheritdoc/>
    public bool Run(SqliteSession session, long now) =>
        session.Locks.TryTake(Key, Token, now + (long)Lease.TotalMilliseconds, now);
}

/// <summary>Begins a new lease of a lock.</summary>
internal readonly record struct RenewLockOperation(string Key, byte[] Token, TimeSpan Lease) : ISqliteOperation<bool>
{
    /// <inheritdoc/>
    public bool Run(SqliteSession session, long now) =>
        session.Locks.Renew(Key, Token, now + (long)Lease.TotalMilliseconds, now);
}

/// <summary>Ends a lock.</summary>
internal readonly record struct ReleaseLockOperation(string Key, byte[] Token) : ISqliteOperation<bool>
{
    /// <inheritdoc/>
    public bool Run(SqliteSession session, long now) => session.Locks.Release(Key, Token, now);
}
