using System.Threading.RateLimiting;
using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Retry;
using Polly.Timeout;

namespace CacheKit.Core.Storage.Resilience;

/// <summary>
/// What stands between a caller and a store that may hang, refuse or be gone: a concurrency limit, in it a circuit
/// breaker, in it retries, in them a time-out (DESIGN section 9). Whatever fails is a <see cref="StoreException"/>.
/// </summary>
internal sealed class StorePipeline : IAsyncDisposable
{
    /// <summary>How long a call waits for its turn.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(500);

    private static readonly ResiliencePropertyKey<StoreCall> s_call = new("CacheKit.StoreCall");

    private readonly ResilienceOptions _options;
    private readonly TimeProvider _clock;
    private readonly StoreFaults _faults;
    private readonly ConcurrencyLimiter _turns;
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly ResiliencePipeline _pipeline;
    private int _failuresInARow;
    private volatile bool _mayHaveToConnect = true;
    private volatile StoreException? _openedBy;

    /// <summary>Makes the pipeline of one store.</summary>
    /// <param name="options">The numbers.</param>
    /// <param name="faults">Names what is not yet a fault of the store.</param>
    /// <param name="clock">The clock.</param>
    public StorePipeline(ResilienceOptions options, StoreFaults faults, TimeProvider clock)
    {
        _options = options;
        _faults = faults;
        _clock = clock;
        _turns = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = options.MaxConcurrency,
            QueueLimit = options.MaxQueued,
        });
        ResiliencePipelineBuilder builder = new() { TimeProvider = clock };
        builder.AddRateLimiter(new RateLimiterStrategyOptions { RateLimiter = TakeTurnAsync });
        builder.AddCircuitBreaker(BreakerOptions());
        if (options.MaxAttempts > 1)
        {
            builder.AddRetry(RetryOptions());
        }

        builder.AddTimeout(new TimeoutStrategyOptions
        {
            TimeoutGenerator = arguments => new(CallOf(arguments.Context).BeginAttempt(_mayHaveToConnect)),
        });
        _pipeline = builder.Build();
    }

    /// <summary>Whether calls go to the store.</summary>
    public CircuitState State => _state.CircuitState;

    /// <summary>Asks the store.</summary>
    /// <param name="bytes">The size of the value that the call carries.</param>
    /// <param name="mayRetry">Whether it may be repeated.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="argument">What it needs.</param>
    /// <param name="abandoned">Called with the result of an attempt that nobody waited for any longer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreException">The store has a fault, or the circuit is open.</exception>
    public async ValueTask<TResult> RunAsync<TArgument, TResult>(
        long bytes,
        bool mayRetry,
        Func<TArgument, CancellationToken, ValueTask<TResult>> operation,
        TArgument argument,
        Func<TResult, ValueTask>? abandoned,
        CancellationToken cancellationToken)
    {
        ResilienceContext context =
            ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        try
        {
            context.Properties.Set(s_call, new StoreCall(_options, _clock, bytes, mayRetry));
            return await _pipeline.ExecuteAsync(
                static (context, state) => AttemptAsync(
                    state.Operation, state.Argument, state.Abandoned, context.CancellationToken),
                context,
                (Operation: operation, Argument: argument, Abandoned: abandoned)).ConfigureAwait(false);
        }
        catch (BrokenCircuitException)
        {
            throw _faults.WhileOpen(_openedBy);
        }
        catch (RateLimiterRejectedException)
        {
            throw _faults.Crowded();
        }
        catch (Exception exception) when (_faults.Of(exception, cancellationToken) is { } fault && fault != exception)
        {
            throw fault;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _turns.DisposeAsync();

    private static StoreCall CallOf(ResilienceContext context) => context.Properties.GetValue(s_call, null!);

    /// <summary>Waits for an attempt, but no longer than its time, whether the store listens or not.</summary>
    private static async ValueTask<TResult> AttemptAsync<TArgument, TResult>(
        Func<TArgument, CancellationToken, ValueTask<TResult>> operation,
        TArgument argument,
        Func<TResult, ValueTask>? abandoned,
        CancellationToken cancellationToken)
    {
        ValueTask<TResult> attempt = operation(argument, cancellationToken);
        if (attempt.IsCompleted || !cancellationToken.CanBeCanceled)
        {
            return await attempt.ConfigureAwait(false);
        }

        Task<TResult> task = attempt.AsTask();
        try
        {
            return await task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Even where the attempt has ended by now: what it brought is nobody's.
            _ = AbandonedTask.ObserveAsync(task, abandoned);
            throw;
        }
    }

    private async ValueTask<RateLimitLease> TakeTurnAsync(RateLimiterArguments arguments)
    {
        RateLimitLease lease = _turns.AttemptAcquire();
        if (!lease.IsAcquired)
        {
            using CancellationTokenSource patience = new(LongestWait, _clock);
            CancellationToken token = arguments.Context.CancellationToken;
            using CancellationTokenSource either =
                CancellationTokenSource.CreateLinkedTokenSource(token, patience.Token);
            try
            {
                lease = await _turns.AcquireAsync(cancellationToken: either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                // The lease that was not acquired says so.
            }
        }

        CallOf(arguments.Context).Begin();
        return lease;
    }

    private RetryStrategyOptions RetryOptions() => new()
    {
        MaxRetryAttempts = _options.MaxAttempts - 1,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = _options.RetryDelay,
        MaxDelay = _options.RetryDelay * 8,
        ShouldHandle = arguments => new(
            _faults.Of(arguments.Outcome.Exception, arguments.Context.CancellationToken) is { } fault
            && CallOf(arguments.Context).Retries(fault)),
        DelayGenerator = static arguments => new((arguments.Outcome.Exception as StoreException)?.RetryAfter),
    };

    /// <summary>
    /// Polly's breaker goes by a share of failures, which stays small for the whole window after a busy time. Here the
    /// failures in a row are counted, and only the last of them counts as one for Polly.
    /// </summary>
    private CircuitBreakerStrategyOptions BreakerOptions() => new()
    {
        FailureRatio = 0,
        MinimumThroughput = 2,
        SamplingDuration = _options.BreakerWindow,
        BreakDurationGenerator = arguments => new(BreakDuration(arguments.HalfOpenAttempts)),
        StateProvider = _state,
        ShouldHandle = arguments => new(OpensCircuit(arguments.Outcome.Exception, arguments.Context.CancellationToken)),
        OnOpened = _ =>
        {
            // Whoever asks next finds no connection.
            _mayHaveToConnect = true;
            return ValueTask.CompletedTask;
        },
    };

    private TimeSpan BreakDuration(int failedProbes)
    {
        TimeSpan longest = _options.LongestBreak;
        TimeSpan duration = _options.BreakDuration * Math.Pow(2, Math.Min(failedProbes, 16));
        duration = duration < longest ? duration : longest;
        return _openedBy?.RetryAfter is { } asked && asked > duration ? asked : duration;
    }

    private bool OpensCircuit(Exception? exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
        {
            // It tells nothing of the store; but what was no success must not close the circuit.
            return _state.CircuitState == CircuitState.HalfOpen;
        }

        // Until the first call ended, any call may have to connect.
        _mayHaveToConnect = false;
        if (_faults.Of(exception, cancellationToken) is not { IsTransient: true } fault)
        {
            Volatile.Write(ref _failuresInARow, 0);
            return false;
        }

        if (Interlocked.Increment(ref _failuresInARow) < _options.BreakerFailures)
        {
            return false;
        }

        _openedBy = fault;
        return true;
    }
}
