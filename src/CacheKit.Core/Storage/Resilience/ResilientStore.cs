using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Polly.CircuitBreaker;

namespace CacheKit.Core.Storage.Resilience;

/// <summary>
/// A store that answers or fails within a bounded time, and asks the store behind it no more while that is down
/// (DESIGN section 9).
/// </summary>
/// <remarks>
/// <para>
/// A call ends at the latest after <see cref="ResilienceOptions.Bound"/>. The operation behind it may go on: what was
/// given to a write that failed must not be changed afterwards. Transient faults are repeated, except of locks;
/// transient faults and time-outs open the circuit, and then every call fails at once, with the text of the fault that
/// opened it, so that one outage reads the same throughout. After a break one call goes through, and decides.
/// </para>
/// <para>
/// How large a value will be that is read is not known before: the largest that has passed in either direction counts.
/// </para>
/// </remarks>
public sealed class ResilientStore : ICacheStore
{
    private readonly ICacheStore _inner;
    private readonly StorePipeline _pipeline;
    private readonly TimeSpan? _releaseTimeout;
    private readonly TimeProvider _clock;
    private long _largestValue;

    /// <summary>Makes a store in front of another.</summary>
    /// <param name="inner">The other store, which is disposed with this one.</param>
    /// <param name="options">The numbers.</param>
    /// <param name="clock">The clock of time-outs, pauses and breaks.</param>
    public ResilientStore(ICacheStore inner, ResilienceOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(options);
        _inner = inner;
        _clock = clock;
        _releaseTimeout = options.OperationTimeout;
        _pipeline = new StorePipeline(options, new StoreFaults(inner.DisplayName), clock);
    }

    /// <inheritdoc/>
    public string DisplayName => _inner.DisplayName;

    /// <inheritdoc/>
    public StoreCapabilities Capabilities => _inner.Capabilities;

    /// <summary>Whether the store behind is left alone at the moment, since it is down.</summary>
    public bool IsOpen => CircuitState is CircuitState.Open or CircuitState.Isolated;

    internal CircuitState CircuitState => _pipeline.State;

    /// <inheritdoc/>
    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        byte[]? value = await _pipeline.RunAsync(
            Interlocked.Read(ref _largestValue),
            mayRetry: true,
            static (call, token) => call._inner.GetAsync(call.key, token),
            (_inner, key),
            abandoned: null,
            cancellationToken).ConfigureAwait(false);
        NoteSize(value?.Length ?? 0);
        return value;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<byte[]?>> GetManyAsync(
        IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        IReadOnlyList<byte[]?> values = await _pipeline.RunAsync(
            Interlocked.Read(ref _largestValue),
            mayRetry: true,
            static (call, token) => call._inner.GetManyAsync(call.keys, token),
            (_inner, keys),
            abandoned: null,
            cancellationToken).ConfigureAwait(false);
        NoteSize(values.Sum(value => (long)(value?.Length ?? 0)));
        return values;
    }

    /// <inheritdoc/>
    public async ValueTask SetAsync(
        string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        await _pipeline.RunAsync(
            value.Length,
            mayRetry: true,
            static async (call, token) =>
            {
                await call._inner.SetAsync(call.key, call.value, call.timeToLive, token).ConfigureAwait(false);
                return true;
            },
            (_inner, key, value, timeToLive),
            abandoned: null,
            cancellationToken).ConfigureAwait(false);
        NoteSize(value.Length);
    }

    /// <inheritdoc/>
    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken) => _pipeline.RunAsync(
        bytes: 0,
        mayRetry: true,
        static (call, token) => call._inner.RemoveAsync(call.key, token),
        (_inner, key),
        abandoned: null,
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> TryExchangeAsync(StoreExchange exchange, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        bool isDone = await _pipeline.RunAsync(
            exchange.Bytes,
            mayRetry: true,
            static (attempts, token) => attempts.NextAsync(token),
            new ExchangeAttempts(_inner, exchange),
            abandoned: null,
            cancellationToken).ConfigureAwait(false);
        NoteSize(exchange.Bytes);
        return isDone;
    }

    /// <inheritdoc/>
    /// <remarks>Each step, or page, has the time of a call; a listing that fails has to be begun anew.</remarks>
    public async IAsyncEnumerable<string> ListAsync(
        string pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_inner is IPagedListing paged)
        {
            await foreach (IReadOnlyList<string> page in StepsAsync(
                token => paged.ListPagesAsync(pattern, token), cancellationToken).ConfigureAwait(false))
            {
                foreach (string key in page)
                {
                    yield return key;
                }
            }

            yield break;
        }

        await foreach (string key in StepsAsync(
            token => _inner.ListAsync(pattern, token), cancellationToken).ConfigureAwait(false))
        {
            yield return key;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IStoreLock?> TryLockAsync(string key, TimeSpan lease, CancellationToken cancellationToken)
    {
        IStoreLock? granted = await _pipeline.RunAsync(
            bytes: 0,
            // A lock that was granted without our knowing would keep out its own owner.
            mayRetry: false,
            static (call, token) => call._inner.TryLockAsync(call.key, call.lease, token),
            (_inner, key, lease),
            static late => late?.DisposeAsync() ?? ValueTask.CompletedTask,
            cancellationToken).ConfigureAwait(false);
        return granted is null ? null : new ResilientLock(granted, _pipeline, _releaseTimeout, _clock);
    }

    /// <inheritdoc/>
    public void ListenForChanges(Action<string?> listener) => _inner.ListenForChanges(listener);

    /// <inheritdoc/>
    public bool TryTakeIncident([NotNullWhen(true)] out StoreIncident? incident) =>
        _inner.TryTakeIncident(out incident);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync().ConfigureAwait(false);
        await _pipeline.DisposeAsync().ConfigureAwait(false);
    }

    private async IAsyncEnumerable<T> StepsAsync<T>(
        Func<CancellationToken, IAsyncEnumerable<T>> list, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ListingSteps<T> steps = new(list);
        await using (steps.ConfigureAwait(false))
        {
            while (await _pipeline.RunAsync(
                bytes: 0,
                mayRetry: false,
                static (steps, token) => steps.MoveNextAsync(token),
                steps,
                abandoned: null,
                cancellationToken).ConfigureAwait(false))
            {
                yield return steps.Current;
            }
        }
    }

    private void NoteSize(long bytes)
    {
        long known = Interlocked.Read(ref _largestValue);
        while (bytes > known)
        {
            long seen = Interlocked.CompareExchange(ref _largestValue, bytes, known);
            if (seen == known)
            {
                return;
            }

            known = seen;
        }
    }
}
