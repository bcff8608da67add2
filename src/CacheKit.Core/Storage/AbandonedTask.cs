namespace CacheKit.Core.Storage;

/// <summary>What goes on though nobody waits for it any longer.</summary>
internal static class AbandonedTask
{
    /// <summary>Waits for the end of a task, so that its fault is not reported as one that nobody saw.</summary>
    /// <param name="task">The task.</param>
    /// <param name="cleanUp">Gives back what it should still bring, such as a lock.</param>
    public static async Task ObserveAsync<T>(Task<T> task, Func<T, ValueTask>? cleanUp)
    {
        await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (task.IsCompletedSuccessfully && cleanUp is not null)
        {
            await cleanUp(await task.ConfigureAwait(false)).ConfigureAwait(false);
        }
    }
}
