namespace CacheKit.Core.Storage;

/// <summary>A fault of a store: the cache is broken, the script is not (DESIGN section 2, principle 3).</summary>
public sealed class StoreException : Exception
{
    /// <summary>Makes a fault.</summary>
    /// <param name="fault">What kind of fault it is.</param>
    /// <param name="message">
    /// One sentence for a warning, the same at each occurrence of an outage; never a secret, a key or a value.
    /// </param>
    /// <param name="innerException">The library's own exception.</param>
    public StoreException(StoreFault fault, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Fault = fault;
    }

    /// <summary>What kind of fault it is.</summary>
    public StoreFault Fault { get; }

    /// <summary>What the user can do, as one sentence; null where the message says enough.</summary>
    public string? WayOut { get; init; }

    /// <summary>How long the store asks not to be called again (HTTP Retry-After), or null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// Whether the same call may succeed a moment later: what is retried, and what opens the circuit.
    /// </summary>
    public bool IsTransient => Fault is StoreFault.Unavailable or StoreFault.TimedOut or StoreFault.Busy;

    /// <summary>Whether it is the user's configuration that is wrong: an error, told once, not a warning.</summary>
    public bool IsConfiguration => Fault is StoreFault.AuthenticationFailed or StoreFault.TlsFailed;
}

/// <summary>The kinds of store faults.</summary>
public enum StoreFault
{
    /// <summary>The store cannot be opened or reached, or the connection broke.</summary>
    Unavailable,

    /// <summary>The store did not answer in time. Whether a write happened is not known.</summary>
    TimedOut,

    /// <summary>The store asks for patience: it is loading, failing over, or others keep it busy.</summary>
    Busy,

    /// <summary>The store is there, but may not be read or written, or not this part of it.</summary>
    AccessDenied,

    /// <summary>The store does not accept who asks: a password or key is missing or wrong.</summary>
    AuthenticationFailed,

    /// <summary>The store could not prove who it is: its certificate is not trusted, or of another name.</summary>
    TlsFailed,

    /// <summary>The store has no room left.</summary>
    Full,

    /// <summary>The store's content is damaged.</summary>
    Corrupt,

    /// <summary>The store answered what is no answer: another program, or a proxy, speaks for it.</summary>
    UnexpectedAnswer,

    /// <summary>The value is larger than the store takes.</summary>
    ValueTooLarge,

    /// <summary>The store cannot do this at all.</summary>
    Unsupported,
}
