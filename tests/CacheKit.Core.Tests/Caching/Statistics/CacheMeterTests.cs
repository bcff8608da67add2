using System.Diagnostics.Metrics;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching.Statistics;

/// <summary>What a listener to the meter hears. Other tests count too: the modes and times here are its own.</summary>
public sealed class CacheMeterTests : IDisposable
{
    private const string OurMode = "meter test";

    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private readonly List<string> _heard = [];

    public CacheMeterTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "CacheKit")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Hear(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Hear(instrument, value, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Meter_calls_are_reported_with_outcome_mode_and_time()
    {
        CacheStatistics statistics = new(OurMode);
        statistics.Count(CallOutcome.StoreHit);
        statistics.Count(CallOutcome.MemoryHit, TimeSpan.FromMilliseconds(2));
        statistics.CountComputation(TimeSpan.FromSeconds(3));
        statistics.CountRefused(RefusalReason.NotAuthentic);
        Assert.Equal(
            [
                "cachekit.calls {call} 1 mode=meter test,outcome=store_hit",
                "cachekit.calls {call} 1 mode=meter test,outcome=memory_hit",
                "cachekit.call.duration ms 2 mode=meter test,outcome=memory_hit",
                "cachekit.computation.duration ms 3000 mode=meter test",
                "cachekit.entries.refused {entry} 1 mode=meter test,reason=not_authentic",
            ],
            Heard(text => text.Contains(OurMode, StringComparison.Ordinal)));
    }

    [Fact]
    public void Meter_store_operations_are_reported_with_their_outcome()
    {
        TimeSpan ours = TimeSpan.FromMilliseconds(987_654_321);
        CacheStatistics statistics = new(OurMode);
        statistics.CountRead(worked: true, ours);
        statistics.CountWrite(worked: false, ours);
        Assert.Equal(
            [
                "cachekit.store.operation.duration ms 987654321 operation=read,outcome=ok",
                "cachekit.store.operation.duration ms 987654321 operation=write,outcome=fault",
            ],
            Heard(text => text.Contains("987654321", StringComparison.Ordinal)));
        Assert.NotEmpty(Heard(text => text == "cachekit.store.operations {operation} 1 operation=read,outcome=ok"));
    }

    [Fact]
    public async Task Meter_gauges_cover_all_open_tiers()
    {
        const long Large = 5_000_000;
        CacheTiers tiers = new(new FakeStore(), new MemoryTier(TimeProvider.System), TimeProvider.System);
        tiers.Memory.Set(
            Core.Formats.EntryId.FromBytes(new byte[Core.Formats.EntryId.ByteLength]), new byte[Large], long.MaxValue);
        Assert.InRange(Gauge("cachekit.memory.usage By"), Large, long.MaxValue);
        Assert.InRange(Gauge("cachekit.memory.entries {entry}"), 1, long.MaxValue);
        Assert.InRange(Gauge("cachekit.store.breakers.open {store}"), 0, long.MaxValue);
        await tiers.DisposeAsync();
    }

    [Fact]
    public void Meter_no_tag_identifies_anyone()
    {
        CacheStatistics statistics = new(OurMode);
        statistics.Count(CallOutcome.Failed, TimeSpan.FromMilliseconds(1));
        statistics.CountRead(worked: true, TimeSpan.Zero);
        _listener.RecordObservableInstruments();
        string[] known = ["mode", "outcome", "operation", "reason"];
        Assert.All(
            Heard(_ => true),
            text => Assert.All(
                text.Split(' ', 4)[3].Split(',', StringSplitOptions.RemoveEmptyEntries),
                tag => Assert.Contains(tag[..tag.IndexOf('=', StringComparison.Ordinal)], known)));
    }

    private long Gauge(string start)
    {
        lock (_lock)
        {
            _heard.Clear();
        }

        _listener.RecordObservableInstruments();
        string found = Heard(text => text.StartsWith($"{start} ", StringComparison.Ordinal)).Single();
        return long.Parse(found[start.Length..], System.Globalization.CultureInfo.InvariantCulture);
    }

    private string[] Heard(Func<string, bool> isMeant)
    {
        lock (_lock)
        {
            return [.. _heard.Where(isMeant)];
        }
    }

    private void Hear<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : struct, IFormattable
    {
        string number = value.ToString(null, System.Globalization.CultureInfo.InvariantCulture);
        string joined = string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
        lock (_lock)
        {
            _heard.Add($"{instrument.Name} {instrument.Unit} {number} {joined}");
        }
    }
}
