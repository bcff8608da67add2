namespace CacheKit.Core.Tests.Support;

/// <summary>A call on a thread of its own, of which a test can see whether it waits.</summary>
internal sealed class SleepingCall
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;

    /// <summary>Begins the call.</summary>
    /// <param name="call">The call, which waits on its thread.</param>
    public SleepingCall(Action call)
    {
        _thread = new Thread(() =>
        {
            try
            {
                call();
                _end.SetResult();
            }
            catch (OperationCanceledException exception)
            {
                _end.SetCanceled(exception.CancellationToken);
            }
#pragma warning disable CA1031 // Whatever it is, it is the test's to judge.
            catch (Exception exception)
            {
                _end.SetException(exception);
            }
#pragma warning restore CA1031
        });
        _thread.Start();
    }

    /// <summary>The end of the call, with its exception.</summary>
    public Task End => _end.Task;

    /// <summary>Waits until the call waits, or has ended.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task UntilAsleepAsync(CancellationToken cancellationToken) => HangGuard.UntilAsync(
        () => _thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin) || End.IsCompleted,
        "the call waits",
        cancellationToken);
}
