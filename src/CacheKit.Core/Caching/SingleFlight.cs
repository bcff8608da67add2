using System.Collections.Concurrent;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;

namespace CacheKit.Core.Caching;

/// <summary>
/// One computation a key at a time: who comes second waits for the first and shares its result (single flight).
/// </summary>
public sealed class SingleFlight
{
    private readonly ConcurrentDictionary<EntryId, Flight> _flights = new();

    /// <summary>Takes part in the computation of a key.</summary>
    /// <param name="keys">Where the result will lie.</param>
    /// <param name="isLeader">Whether the caller computes, and disposes of the flight, or waits for it.</param>
    public Flight Enter(EntryKeys keys, out bool isLeader)
    {
        EntryId id = keys.Current.Id;
        if (_flights.TryGetValue(id, out Flight? current))
        {
            isLeader = false;
            return current;
        }

        Flight flight = new(this, id);
        current = _flights.GetOrAdd(id, flight);
        isLeader = ReferenceEquals(current, flight);
        return current;
    }

    internal void Leave(EntryId id, Flight flight) =>
        _flights.TryRemove(new KeyValuePair<EntryId, Flight>(id, flight));
}

/// <summary>How a computation ended.</summary>
public enum FlightOutcome
{
    /// <summary>It was given up, by Ctrl+C for one: somebody else has to lead.</summary>
    Abandoned,

    /// <summary>There was an entry already.</summary>
    Found,

    /// <summary>There is a new entry.</summary>
    Sealed,

    /// <summary>The result is not cached, because of an error for one: everybody computes for himself.</summary>
    NotCached,
}

/// <summary>What the leader of a flight tells those who wait.</summary>
/// <param name="Outcome">How the computation ended.</param>
/// <param name="Entry">The new entry, if there is one.</param>
public readonly record struct FlightResult(FlightOutcome Outcome, SealedEntry? Entry = null);

/// <summary>A computation under way.</summary>
public sealed class Flight : IDisposable
{
    private readonly SingleFlight _owner;
    private readonly EntryId _id;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    // Waiters go on elsewhere: the leader must not run their code.
    private readonly TaskCompletionSource<FlightResult> _result = new(
        TaskCreationOptions.RunContinuationsAsynchronously);

    internal Flight(SingleFlight owner, EntryId id)
    {
        _owner = owner;
        _id = id;
    }

    /// <summary>
    /// Whether the caller's own thread leads it: what it computes asks for itself, and waiting would never end. Blocks
    /// run on the thread of their pipeline, one inside the other.
    /// </summary>
    public bool IsOwn => _thread == Environment.CurrentManagedThreadId && !_result.Task.IsCompleted;

    /// <summary>The turn among all processes, while the leader has it. The leader gives it back.</summary>
    public ComputeLease? Lease { get; set; }

    /// <summary>Ends the flight.</summary>
    /// <param name="result">What those who wait are told.</param>
    public void Complete(FlightResult result)
    {
        // First out of the list, so that who comes now starts anew, and not with a flight that is over.
        _owner.Leave(_id, this);
        _result.TrySetResult(result);
    }

    /// <summary>Gives the flight up, unless it is over already.</summary>
    public void Dispose() => Complete(default);

    /// <summary>Waits for the end of the flight.</summary>
    /// <param name="timeout">How long at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What the leader told, or null when the time was over first.</returns>
    public async ValueTask<FlightResult?> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return await _result.Task.WaitAsync(timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
