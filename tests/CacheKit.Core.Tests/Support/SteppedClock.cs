using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CacheKit.Core.Tests.Support;

/// <summary>A clock that stands, and goes on to the next timer when everybody waits for one.</summary>
internal sealed class SteppedClock() : FakeTimeProvider(new DateTimeOffset(2030, 1, 2, 3, 4, 5, 678, TimeSpan.Zero))
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];

    /// <summary>When the next timer is due, or null.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (_lock)
            {
                return _timers.Where(timer => timer.Due is not null).Min(timer => timer.Due);
            }
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timer timer = new(this);
        lock (_lock)
        {
            _timers.Add(timer);
        }

        timer.Start(base.CreateTimer(
            given =>
            {
                timer.Due = null;
                callback(given);
            },
            state,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>
    /// Waits until the next timer is due after a time. A timer of a call that has just ended may still be there before.
    /// </summary>
    /// <param name="time">The time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task UntilDueAsync(TimeSpan time, CancellationToken cancellationToken) => HangGuard.UntilAsync(
        () => NextDue - GetUtcNow() == time, $"a timer is due after {time}", cancellationToken);

    /// <summary>Lets time pass until a task ends. Returns how much it was.</summary>
    /// <param name="task">The task.</param>
    /// <param name="isWaiting">Whether nothing goes on but waiting, given how far away the next timer is.</param>
    public async Task<TimeSpan> RunAsync(Task task, Func<TimeSpan, bool> isWaiting)
    {
        DateTimeOffset start = GetUtcNow();
        long begun = Environment.TickCount64;
        while (!task.IsCompleted)
        {
            if (!TryStep(isWaiting))
            {
                Assert.True(
                    Environment.TickCount64 - begun < HangGuard.Milliseconds,
                    "Nobody waits for the clock, and nothing ends.");
                await Task.Yield();
            }
        }

        // Whoever wants the fault asks the work itself: this task may be one around it.
        _ = task.Exception;
        return GetUtcNow() - start;
    }

    /// <summary>With the lock, so that no timer is begun at one time and due by another.</summary>
    private bool TryStep(Func<TimeSpan, bool> isWaiting)
    {
        lock (_lock)
        {
            if (NextDue is { } due && isWaiting(due - GetUtcNow()))
            {
                SetUtcNow(due);
                return true;
            }

            return false;
        }
    }

    private sealed class Timer(SteppedClock clock) : ITimer
    {
        private ITimer? _inner;

        public DateTimeOffset? Due { get; set; }

        public void Start(ITimer inner) => _inner = inner;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                Due = dueTime >= TimeSpan.Zero ? clock.GetUtcNow() + dueTime : null;
                return _inner!.Change(dueTime, period);
            }
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
            }

            _inner!.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
