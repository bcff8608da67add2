using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching.Statistics;

/// <summary>The text is OpenMetrics 1.0, and says what was counted.</summary>
public sealed class MetricTextTests
{
    private static readonly DateTimeOffset s_since = new(2030, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    [Fact]
    public void Metrics_without_calls_all_numbers_are_there_and_zero()
    {
        IReadOnlyDictionary<string, double> samples = OpenMetricsParser.Parse(
            MetricText.Of([new CacheStatistics(CacheMode.Secure.Label).Take()], default, s_since, tenant: null));
        Assert.Equal(0, samples["cachekit_calls_total{mode=\"secure\",outcome=\"memory_hit\"}"]);
        Assert.Equal(s_since.ToUnixTimeMilliseconds() / 1000.0, samples["cachekit_start_time_seconds"]);
        Assert.Equal(1, samples.Count(sample => sample.Value != 0));
    }

    [Fact]
    public void Metrics_every_outcome_and_reason_is_there_for_each_mode()
    {
        CacheStatistics[] all =
        [
            new CacheStatistics(CacheMode.Secure.Label), new CacheStatistics(CacheMode.Plain.Label),
            new CacheStatistics(CacheMode.Interop.Label),
            new CacheStatistics(CacheMode.PlainInterop.Label),
        ];
        foreach (CacheStatistics each in all)
        {
            Array.ForEach(Enum.GetValues<CallOutcome>(), each.Count);
            Array.ForEach(Enum.GetValues<RefusalReason>(), each.CountRefused);
            each.CountRead(worked: false, TimeSpan.Zero);
            each.CountWrite(worked: true, TimeSpan.Zero);
        }

        IReadOnlyDictionary<string, double> samples = OpenMetricsParser.Parse(
            MetricText.Of([.. all.Select(each => each.Take())], new TierState(5, 6, 7, true), s_since, tenant: null));
        foreach (string mode in (string[])["secure", "plain", "interop", "plain_interop"])
        {
            string[] outcomes =
                ["memory_hit", "store_hit", "miss", "shared", "stale", "refreshed", "bypassed", "failed"];
            Assert.All(
                outcomes,
                outcome => Assert.Equal(1, samples[$"cachekit_calls_total{{mode=\"{mode}\",outcome=\"{outcome}\"}}"]));
            Assert.Equal(1, samples[$"cachekit_refused_entries_total{{mode=\"{mode}\",outcome=\"malformed\"}}"]);
            Assert.Equal(1, samples[$"cachekit_store_reads_total{{mode=\"{mode}\",outcome=\"fault\"}}"]);
            Assert.Equal(1, samples[$"cachekit_store_writes_total{{mode=\"{mode}\",outcome=\"ok\"}}"]);
        }

        Assert.Equal(5, samples["cachekit_memory_entries"]);
        Assert.Equal(6, samples["cachekit_memory_bytes"]);
        Assert.Equal(7, samples["cachekit_memory_evictions_total"]);
        Assert.Equal(1, samples["cachekit_breaker_open"]);
    }

    [Fact]
    public void Metrics_times_are_in_cumulative_buckets()
    {
        CacheStatistics statistics = new CacheStatistics(CacheMode.Secure.Label);
        statistics.CountComputation(TimeSpan.FromTicks(1 << 9));
        statistics.CountComputation(TimeSpan.FromTicks((1 << 9) + 1));
        statistics.CountComputation(TimeSpan.FromHours(2));
        IReadOnlyDictionary<string, double> samples = OpenMetricsParser.Parse(
            MetricText.Of([statistics.Take()], default, s_since, tenant: null));
        string bucket = "cachekit_computation_seconds_bucket{mode=\"secure\",le=";
        Assert.Equal(0, samples[bucket + "\"1.28e-05\"}"]);
        Assert.Equal(1, samples[bucket + "\"5.12e-05\"}"]);
        Assert.Equal(2, samples[bucket + "\"0.0002048\"}"]);
        Assert.Equal(2, samples[bucket + "\"214.7483648\"}"]);
        Assert.Equal(3, samples[bucket + "\"+Inf\"}"]);
        double sum = samples["cachekit_computation_seconds_sum{mode=\"secure\"}"];
        Assert.InRange(sum, 7200 * 15.0 / 16, 7200 * 17.0 / 16);
    }

    [Fact]
    public void Metrics_the_tenant_is_an_escaped_label_of_each_sample()
    {
        string text = MetricText.Of(
            [new CacheStatistics(CacheMode.Secure.Label).Take()], default, s_since, "a\\b\"c\nd");
        IReadOnlyDictionary<string, double> samples = OpenMetricsParser.Parse(text);
        Assert.All(
            samples.Keys,
            sample => Assert.Contains("{tenant=\"a\\\\b\\\"c\\nd\"", sample, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, "0.0")]
    [InlineData(1, "1.0")]
    [InlineData(0.5, "0.5")]
    [InlineData(0.0000128, "1.28e-05")]
    [InlineData(1e21, "1e+21")]
    public void Metrics_real_numbers_are_canonical(double value, string expected) =>
        Assert.Equal(expected, OpenMetricsWriter.Number(value));

    [Theory]
    [InlineData("# TYPE a gauge\na 1\n")]
    [InlineData("# TYPE a gauge\na 1\n\n# EOF\n")]
    [InlineData("# TYPE a counter\na 1\n# EOF\n")]
    [InlineData("# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\n# EOF\n")]
    [InlineData("# TYPE a gauge\na{x=\"1\"} 1\na{x=\"2\"} 1\na{x=\"1\"} 1\n# EOF\n")]
    [InlineData("# TYPE a gauge\na{x=\"1\",x=\"2\"} 1\n# EOF\n")]
    [InlineData("# TYPE a gauge\na{x=\"\\q\"} 1\n# EOF\n")]
    [InlineData("# TYPE a gauge\n# UNIT a bytes\na 1\n# EOF\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"1.0\"} 2\na_bucket{le=\"+Inf\"} 1\n# EOF\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"1.0\"} 2\n# EOF\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 2\n# EOF\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"+Inf\"} 2\na_count 3\n# EOF\n")]
    public void Metrics_the_parser_of_these_tests_is_strict(string text) =>
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => OpenMetricsParser.Parse(text));
}
