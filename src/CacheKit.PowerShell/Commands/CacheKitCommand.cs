using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Execution;

namespace CacheKit.Commands;

/// <summary>The base of every cmdlet: waiting that Ctrl+C ends, and errors of the catalogue.</summary>
public abstract partial class CacheKitCommand : PSCmdlet, IDisposable
{
    // Made at the first wait: a hit in memory never waits.
    private CancellationTokenSource? _stop;
    private volatile bool _stopping;

    /// <summary>Ctrl+C, on another thread.</summary>
    protected override void StopProcessing()
    {
        _stopping = true;
        try
        {
            Volatile.Read(ref _stop)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The cmdlet ended meanwhile.
        }
    }

    /// <summary>Frees what a wait needed.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the cmdlet holds.</summary>
    /// <param name="disposing">True, since there are no finalizers.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop?.Dispose();
        }
    }

    /// <summary>
    /// Runs work that may wait, on another thread, and waits for it on the pipeline's: Ctrl+C ends the wait at once,
    /// even where the work does not listen. Meanwhile the work can run blocks here (<see cref="PipelineDispatcher"/>).
    /// </summary>
    /// <typeparam name="T">What the work returns.</typeparam>
    /// <param name="work">The work; it must not touch the cmdlet.</param>
    internal T Wait<T>(Func<CancellationToken, ValueTask<T>> work)
    {
        CancellationToken token = StopToken;
        return WaitFor(() => Task.Run(() => work(token).AsTask(), CancellationToken.None), token).GetAwaiter().GetResult();
    }

    /// <summary>As <see cref="Wait{T}"/>, for work without a result.</summary>
    /// <param name="work">The work; it must not touch the cmdlet.</param>
    internal void Wait(Func<CancellationToken, ValueTask> work)
    {
        CancellationToken token = StopToken;
        WaitFor(() => Task.Run(() => work(token).AsTask(), CancellationToken.None), token).GetAwaiter().GetResult();
    }

    /// <summary>Whether the user gave a parameter.</summary>
    /// <param name="parameter">Its name.</param>
    private protected bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>Ends the command with an error of the catalogue.</summary>
    private protected void Refuse(string errorId, string message, string advice, object? target) =>
        ThrowIfAny(new CacheKitException(errorId, message, advice), target);

    /// <summary>Ends the command with a failure, if there is one.</summary>
    /// <param name="failure">The failure, or null.</param>
    /// <param name="target">What the user gave; never a secret.</param>
    private protected void ThrowIfAny(CacheKitException? failure, object? target)
    {
        if (failure is not null)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, target));
        }
    }

    /// <summary>Whether the user asked this call for verbose lines.</summary>
    internal bool HasVerboseSwitch() =>
        MyInvocation.BoundParameters.TryGetValue("Verbose", out object? given) && given is SwitchParameter { IsPresent: true };

    /// <summary>Waits for a task; it has ended when this returns.</summary>
    private T WaitFor<T>(Func<T> start, CancellationToken token)
        where T : Task
    {
        T? started = null;
        try
        {
            T task = PipelineDispatcher.RunUntilDone(this, () => started = start(), token);
            if (task.IsCompleted && !(token.IsCancellationRequested && !task.IsCompletedSuccessfully))
            {
                return task;
            }
        }
        catch (PipelineStoppedException)
        {
            // A block of the store was stopped: the work goes on without it.
        }

        started?.ContinueWith(DisposeResult, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        throw new PipelineStoppedException();
    }

    /// <summary>What was fetched for nobody may hold clear text; a failure of it is nobody's either.</summary>
    private static void DisposeResult(Task task)
    {
        _ = task.Exception;
        switch (task)
        {
            case Task<LookupResult> { IsCompletedSuccessfully: true } lookup:
                lookup.Result.Dispose();
                break;
            case Task<ComputeTurn> { IsCompletedSuccessfully: true } turn:
                Task.Run(() => turn.Result.AbandonAsync().AsTask());
                break;
            case Task<IReadOnlyList<LookupResult>> { IsCompletedSuccessfully: true } lookups:
                foreach (LookupResult result in lookups.Result)
                {
                    result.Dispose();
                }

                break;
        }
    }

    /// <summary>Cancelled by Ctrl+C.</summary>
    private protected CancellationToken StopToken
    {
        get
        {
            if (_stop is null)
            {
                Volatile.Write(ref _stop, new CancellationTokenSource());
                if (_stopping)
                {
                    _stop.Cancel();
                }
            }

            return _stop.Token;
        }
    }
}
