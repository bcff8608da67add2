using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;

namespace CacheKit.Execution;

/// <summary>
/// Lets work on other threads run something on the pipeline's thread, while that waits for the work. The work finds it
/// as <see cref="Current"/>, which flows to whatever it starts; when the wait is over, it takes nothing any more.
/// </summary>
internal sealed class PipelineDispatcher : IDisposable
{
    private static readonly AsyncLocal<PipelineDispatcher?> s_current = new();

    // It never holds the cmdlet: what the work leaves behind, such as a connection, may keep it for ever.
    private readonly Queue<Call> _calls = [];
    private readonly ManualResetEventSlim _wake = new();
    private bool _isClosed;

    private PipelineDispatcher()
    {
    }

    /// <summary>The one of the work that is running here; null outside of a wait.</summary>
    public static PipelineDispatcher? Current => s_current.Value;

    /// <summary>Runs work on another thread, and what it asks for on this one, until it ends.</summary>
    /// <typeparam name="T">The task of the work.</typeparam>
    /// <param name="cmdlet">The cmdlet whose pipeline waits.</param>
    /// <param name="work">Starts the work.</param>
    /// <param name="token">Ends the wait, even where the work does not listen.</param>
    /// <returns>The task, which has ended unless the wait was.</returns>
    /// <exception cref="PipelineStoppedException">Something on this thread was stopped.</exception>
    public static T RunUntilDone<T>(PSCmdlet cmdlet, Func<T> work, CancellationToken token)
        where T : Task
    {
        using PipelineDispatcher dispatcher = new();
        T task = dispatcher.Start(work);
        dispatcher.Pump(cmdlet, task, token);
        return task;
    }

    /// <summary>Runs something on the pipeline's thread.</summary>
    /// <typeparam name="T">Its result.</typeparam>
    /// <param name="function">What to run; it gets the cmdlet that waits.</param>
    /// <param name="token">Ends the caller's wait; what is running already goes on.</param>
    /// <returns>Null when the pipeline does not wait any more.</returns>
    public Task<T>? TryInvokeAsync<T>(Func<PSCmdlet, T> function, CancellationToken token)
    {
        Call<T> call = new(function, token);
        lock (_calls)
        {
            if (_isClosed)
            {
                call.Cancel();
                return null;
            }

            _calls.Enqueue(call);
            _wake.Set();
        }

        return call.Result;
    }

    /// <summary>Takes nothing any more; what still waits is cancelled.</summary>
    public void Dispose()
    {
        lock (_calls)
        {
            _isClosed = true;
        }

        while (TryTake(out Call? call))
        {
            call.Cancel();
        }

        _wake.Dispose();
    }

    private T Start<T>(Func<T> work)
    {
        PipelineDispatcher? outer = s_current.Value;
        s_current.Value = this;
        try
        {
            return work();
        }
        finally
        {
            // What a block starts in the background does not belong to this wait.
            s_current.Value = outer;
        }
    }

    private void Pump(PSCmdlet cmdlet, Task task, CancellationToken token)
    {
        if (task.IsCompleted)
        {
            return;
        }

        // No blocking collection: it ends a wait by an exception, which costs more than most of the work here.
        task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_wake.Set);
        try
        {
            while (!task.IsCompleted)
            {
                _wake.Wait(token);
                _wake.Reset();
                while (TryTake(out Call? call))
                {
                    call.Run(cmdlet);
                }
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // The task has not ended: the caller sees it.
        }
    }

    private bool TryTake([NotNullWhen(true)] out Call? call)
    {
        lock (_calls)
        {
            return _calls.TryDequeue(out call);
        }
    }

    private abstract class Call
    {
        public abstract void Run(PSCmdlet cmdlet);

        public abstract void Cancel();
    }

    private sealed class Call<T> : Call
    {
        private readonly Func<PSCmdlet, T> _function;
        private readonly CancellationToken _token;
        private readonly CancellationTokenRegistration _registration;

        // Who asked goes on elsewhere: this thread is the pipeline's.
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Call(Func<PSCmdlet, T> function, CancellationToken token)
        {
            _function = function;
            _token = token;
            _registration = token.Register(Cancel);
        }

        public Task<T> Result => _result.Task;

        public override void Run(PSCmdlet cmdlet)
        {
            if (_result.Task.IsCompleted)
            {
                return;
            }

            try
            {
                _result.TrySetResult(_function(cmdlet));
            }
            catch (PipelineStoppedException)
            {
                Cancel();
                throw;
            }
            catch (Exception exception)
            {
                _result.TrySetException(exception);
            }
            finally
            {
                _registration.Unregister();
            }
        }

        public override void Cancel()
        {
            _result.TrySetCanceled(_token);
            _registration.Unregister();
        }
    }
}
