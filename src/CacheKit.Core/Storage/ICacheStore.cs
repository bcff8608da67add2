using System.Diagnostics.CodeAnalysis;

namespace CacheKit.Core.Storage;

/// <summary>
/// Where sealed entries lie. A store sees opaque bytes under opaque keys and never a cryptographic key; whatever it
/// returns is untrusted input (DESIGN sections 2 and 9).
/// </summary>
/// <remarks>
/// Every member may complete synchronously. A fault of the store itself is a <see cref="StoreException"/>, so that a
/// broken store can be told from a broken caller (an empty key, a time to live of nothing), who gets an
/// <see cref="ArgumentException"/>; cancellation is <see cref="OperationCanceledException"/>. A write that was
/// cancelled or met a fault may have happened or not.
/// Implementations are safe for concurrent use.
/// </remarks>
public interface ICacheStore : IAsyncDisposable
{
    /// <summary>The kind of store and where it is, as a warning may show it: never with a credential.</summary>
    string DisplayName { get; }

    /// <summary>What the store can do beside keeping entries.</summary>
    StoreCapabilities Capabilities { get; }

    /// <summary>Returns the bytes stored under a key, or null when there are none or their time is over.</summary>
    /// <param name="key">The physical key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Returns the bytes stored under each key, in the order of the keys; null where there are none.</summary>
    /// <param name="keys">The physical keys.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IReadOnlyList<byte[]?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>
    /// Stores bytes under a key, replacing what is there. When it completes, the entry survives this process.
    /// </summary>
    /// <param name="key">The physical key.</param>
    /// <param name="value">The bytes, of any length up to the store's limit, zero included.</param>
    /// <param name="timeToLive">How long the store may return them; more than zero.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask SetAsync(
        string key,
        ReadOnlyMemory<byte> value,
        TimeSpan timeToLive,
        CancellationToken cancellationToken);

    /// <summary>Removes a key. Returns whether it was there and its time not over.</summary>
    /// <param name="key">The physical key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// Moves, replaces or removes an entry if the store still holds what the caller has seen. Memory, SQLite and Redis
    /// do it in one step; others, and a Redis Cluster, in several: each step looks again, and what was done is taken
    /// back when another has changed the entry meanwhile.
    /// </summary>
    /// <remarks>
    /// Who listens for changes is told of the key whatever comes of it, and of the target where it was written.
    /// </remarks>
    /// <param name="exchange">What is expected, and what takes its place.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// Whether it has happened. If not, nothing has changed: the store holds something else, or somebody is busy with
    /// it.
    /// </returns>
    /// <exception cref="StoreException">Among others, the value is larger than the store takes.</exception>
    ValueTask<bool> TryExchangeAsync(StoreExchange exchange, CancellationToken cancellationToken);

    /// <summary>
    /// The keys, their time not over, that match a pattern: each at least once, in any order. What is written or
    /// removed meanwhile may be among them or not.
    /// </summary>
    /// <param name="pattern">The whole key, with <c>*</c> for any characters, and <c>?</c> for one.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="ArgumentException">
    /// The pattern has one of <c>[ ] \</c>, which stores read differently.
    /// </exception>
    /// <exception cref="StoreException">
    /// Among others, the store cannot list: see <see cref="Capabilities"/>.
    /// </exception>
    IAsyncEnumerable<string> ListAsync(string pattern, CancellationToken cancellationToken);

    /// <summary>Tries once to take the lock of a key. Locks and entries do not touch each other.</summary>
    /// <param name="key">The physical key.</param>
    /// <param name="lease">After how long the lock ends by itself, unless it is renewed; more than zero.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lock, or null when somebody else has it.</returns>
    /// <exception cref="StoreException">
    /// Among others, the store has no locks: see <see cref="Capabilities"/>.
    /// </exception>
    ValueTask<IStoreLock?> TryLockAsync(string key, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>
    /// Names who is told of keys that others, in this process or another, have written or removed through the store. A
    /// store that hears nothing of others never calls. The listener may be called on any thread, before this returns,
    /// and for keys that did not change; null means that any key may have changed, since messages were missed.
    /// </summary>
    /// <param name="listener">Quick, and never throws.</param>
    void ListenForChanges(Action<string?> listener);

    /// <summary>
    /// Takes the next thing that happened to the store without being a fault of an operation, such as a damaged
    /// database that was set aside. Each is told once.
    /// </summary>
    /// <param name="incident">The incident.</param>
    bool TryTakeIncident([NotNullWhen(true)] out StoreIncident? incident);
}
