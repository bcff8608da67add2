namespace CacheKit.Core.Storage.Delegates;

/// <summary>One of the functions that a store of the user's own is made of.</summary>
/// <param name="arguments">What it is given.</param>
/// <param name="cancellationToken">Ends the wait for it.</param>
/// <returns>The objects that it wrote, none of them wrapped by the shell.</returns>
public delegate ValueTask<IReadOnlyList<object?>> DelegateStoreBlock(
    object?[] arguments, CancellationToken cancellationToken);

/// <summary>The functions that a <see cref="DelegateStore"/> is made of. They are safe for concurrent use.</summary>
public sealed record DelegateStoreBlocks
{
    /// <summary>
    /// Of a key: writes the bytes stored under it, or nothing or null. An array may be written whole or byte by byte.
    /// </summary>
    public required DelegateStoreBlock Get { get; init; }

    /// <summary>
    /// Of a key, bytes (<see cref="byte"/>[]) and a time to live (<see cref="TimeSpan"/>): stores them.
    /// </summary>
    public required DelegateStoreBlock Set { get; init; }

    /// <summary>
    /// Whether <see cref="Set"/> ends what it stores by the time to live. Then entries that other programs share are
    /// given to it as they are: nothing else would end them.
    /// </summary>
    public bool EndsEntries { get; init; }

    /// <summary>Of a key: removes it; one that is not there is no fault.</summary>
    public required DelegateStoreBlock Remove { get; init; }

    /// <summary>Of a prefix: writes the keys that begin with it, or more. Null when the store cannot list.</summary>
    public DelegateStoreBlock? List { get; init; }

    /// <summary>
    /// Of a key and a lease (<see cref="TimeSpan"/>): tries once to take the lock of the key. It writes true, or a
    /// token that <see cref="Unlock"/> is given; nothing, null or false when somebody else has it. Null when there are
    /// no locks.
    /// </summary>
    public DelegateStoreBlock? Lock { get; init; }

    /// <summary>
    /// Of a key and the token: releases the lock if it is still that of the token. Comes with a lock.
    /// </summary>
    public DelegateStoreBlock? Unlock { get; init; }
}
