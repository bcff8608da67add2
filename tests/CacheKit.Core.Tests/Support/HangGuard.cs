namespace CacheKit.Core.Tests.Support;

/// <summary>
/// How long anything is waited for that must come: a guard against a hang, and no more. No test is right because of it,
/// however busy the machine is.
/// </summary>
internal static class HangGuard
{
    /// <summary>Longer than any machine takes for what a test waits for.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>The same in milliseconds, for what takes a number.</summary>
    public static readonly int Milliseconds = (int)Limit.TotalMilliseconds;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits for a condition.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="what">What would have come true.</param>
    public static void Until(Func<bool> condition, string what)
    {
        for (long start = Environment.TickCount64; !condition(); Thread.Sleep(s_pause))
        {
            ThrowIfOver(start, what);
        }
    }

    /// <summary>Waits for a condition.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="what">What would have come true.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task UntilAsync(Func<bool> condition, string what, CancellationToken cancellationToken) =>
        UntilAsync(() => Task.FromResult(condition()), what, cancellationToken);

    /// <summary>Waits for a condition.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="what">What would have come true.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, CancellationToken cancellationToken)
    {
        long start = Environment.TickCount64;
        while (!await condition().WaitAsync(Limit, cancellationToken))
        {
            ThrowIfOver(start, what);
            await Task.Delay(s_pause, cancellationToken);
        }
    }

    private static void ThrowIfOver(long start, string what)
    {
        if (Environment.TickCount64 - start > Milliseconds)
        {
            throw new TimeoutException($"Never came true: {what}.");
        }
    }
}
