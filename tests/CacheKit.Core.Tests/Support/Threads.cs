namespace CacheKit.Core.Tests.Support;

/// <summary>Runs the same work on eight threads that start together.</summary>
internal static class Threads
{
    public const int Count = 8;

    public static async Task RunAsync(Action<int> work)
    {
        using Barrier start = new(Count);
        Task[] threads = [.. Enumerable.Range(0, Count).Select(number => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                work(number);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))];
        await Task.WhenAll(threads);
    }
}
