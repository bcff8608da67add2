namespace CacheKit.Core.Storage;

/// <summary>A fault of a store: the cache is broken, the script is not (DESIGN section 2, principle 3).</summary>
public sealed class StoreException : Exception
{
    /// <summary>Makes a fault.</summary>
    /// <param name="fault">What kind of fault it is.</param>
    /// <param name="message">One sentence for a warning; never a secret, a key or a value.</param>
    /// <param name="innerException">The library's own exception.</param>
    public StoreException(StoreFault fault, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Fault = fault;
    }

    /// <summary>What kind of fault it is.</summary>
    public StoreFault Fault { get; }
}

/// <summary>The kinds of store faults.</summary>
public enum StoreFault
{
    /// <summary>The store cannot be opened or reached.</summary>
    Unavailable,

    /// <summary>The store is there, but may not be read or written.</summary>
    AccessDenied,

    /// <summary>The store has no room left.</summary>
    Full,

    /// <summary>Others kept the store busy for longer than the operation may wait.</summary>
    Busy,

    /// <summary>The store's content is damaged.</summary>
    Corrupt,

    /// <summary>The value is larger than the store takes.</summary>
    ValueTooLarge,
}
