using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching.Statistics;

public sealed class LatencyHistogramTests
{
    private readonly LatencyHistogram _histogram = new();

    [Fact]
    public void Statistics_an_empty_histogram_is_zero()
    {
        LatencySnapshot times = _histogram.Take(reset: false);
        Assert.Equal(0, times.Count);
        Assert.Equal(TimeSpan.Zero, times.Average);
        Assert.Equal(TimeSpan.Zero, times.Quantile(0.95));
        Assert.Equal(TimeSpan.Zero, times.Max);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(123)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(98_765_432)]
    [InlineData(864_000_000_000)]
    public void Statistics_a_single_time_is_found_within_its_bucket(long ticks)
    {
        _histogram.Add(TimeSpan.FromTicks(ticks));
        LatencySnapshot times = _histogram.Take(reset: false);
        Assert.Equal(1, times.Count);
        Assert.Equal(ticks, times.Max.Ticks);
        Assert.Equal(ticks, times.Quantile(0.95).Ticks);
        Assert.InRange(times.Average.Ticks, (ticks * 15 / 16) - 1, ticks);
    }

    [Fact]
    public void Statistics_every_time_falls_into_its_bucket()
    {
        for (int index = 0; index < LatencyHistogram.BucketsUpTo(20); index++)
        {
            LatencyHistogram histogram = new();
            histogram.Add(TimeSpan.FromTicks(LatencyHistogram.LowerBound(index) + 1));
            histogram.Add(TimeSpan.FromTicks(LatencyHistogram.LowerBound(index + 1)));
            histogram.Add(TimeSpan.FromTicks(LatencyHistogram.LowerBound(LatencyHistogram.BucketsUpTo(30))));
            LatencySnapshot times = histogram.Take(reset: false);
            Assert.Equal(LatencyHistogram.LowerBound(index + 1), times.Quantile(0.5).Ticks);
        }
    }

    [Fact]
    public void Statistics_average_and_quantile_are_near_the_measured_values()
    {
        for (int milliseconds = 1; milliseconds <= 1000; milliseconds++)
        {
            _histogram.Add(TimeSpan.FromMilliseconds(milliseconds));
        }

        LatencySnapshot times = _histogram.Take(reset: false);
        Assert.InRange(times.Average.TotalMilliseconds, 500.5 * 15 / 16, 500.5 * 17 / 16);
        Assert.InRange(times.Quantile(0.95).TotalMilliseconds, 950, 950 * 9 / 8);
        Assert.Equal(TimeSpan.FromSeconds(1), times.Max);
    }

    [Theory]
    [InlineData(1 << 12, 1, 1)]
    [InlineData((1 << 12) + 1, 0, 1)]
    [InlineData(-5, 1, 1)]
    [InlineData(long.MaxValue, 0, 0)]
    public void Statistics_a_bound_belongs_to_the_bucket_below_it(long ticks, long upTo12, long upTo13)
    {
        _histogram.Add(TimeSpan.FromTicks(ticks));
        LatencySnapshot times = _histogram.Take(reset: false);
        Assert.Equal(upTo12, times.CountUpTo(12));
        Assert.Equal(upTo13, times.CountUpTo(13));
    }

    [Fact]
    public void Statistics_a_reset_starts_over()
    {
        _histogram.Add(TimeSpan.FromSeconds(2));
        Assert.Equal(1, _histogram.Take(reset: true).Count);
        _histogram.Add(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(1), _histogram.Take(reset: false).Max);
    }

    [Fact]
    public async Task Statistics_no_time_is_lost_across_threads_that_add_and_reset()
    {
        const int Each = 20_000;
        long taken = 0;
        await Threads.RunAsync(thread =>
        {
            for (int i = 0; i < Each; i++)
            {
                _histogram.Add(TimeSpan.FromTicks(i % 7 * thread));
                if (thread == 0 && i % 100 == 0)
                {
                    Interlocked.Add(ref taken, _histogram.Take(reset: true).Count);
                }
            }
        });
        Assert.Equal((long)Each * Threads.Count, taken + _histogram.Take(reset: true).Count);
    }
}
