using System.Management.Automation;

namespace CacheKit.Pipeline;

/// <summary>The base of every cmdlet: waiting that Ctrl+C ends, and errors of the catalogue.</summary>
public abstract class CacheKitCommand : PSCmdlet, IDisposable
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
    /// even where the work does not listen.
    /// </summary>
    /// <typeparam name="T">What the work returns.</typeparam>
    /// <param name="work">The work; it must not touch the cmdlet.</param>
    internal T Wait<T>(Func<CancellationToken, Task<T>> work)
    {
        CancellationToken token = StopToken();
        Task<T> task = Task.Run(() => work(token), CancellationToken.None);
        try
        {
            task.Wait(token);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (AggregateException) when (token.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (AggregateException)
        {
            // GetResult throws the exception itself, with its own stack.
        }

        return task.GetAwaiter().GetResult();
    }

    private CancellationToken StopToken()
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
