using System.Diagnostics.Metrics;
using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.Loading;

/// <summary>The module's meter is the process's: a listener outside of the module's load context hears it.</summary>
public sealed class MeterTests : IDisposable
{
    private readonly ModuleRunspace _runspace = new();

    public void Dispose() => _runspace.Dispose();

    [Fact]
    public void Meter_a_listener_of_the_process_hears_the_calls_of_a_script()
    {
        long misses = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "CacheKit" && instrument.Name == "cachekit.calls")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags.ToArray().Contains(new KeyValuePair<string, object?>("outcome", "miss")))
            {
                Interlocked.Add(ref misses, value);
            }
        });
        listener.Start();

        _runspace.Run(
            """
            $session = New-CacheKitSession -Memory -MasterKey ('ab' * 32)
            1..3 | Invoke-SecureCached -Session $session { $_ }
            $session.Dispose()
            """).EnsureSuccess();

        // Other tests may run at the same time.
        Assert.InRange(Interlocked.Read(ref misses), 3, long.MaxValue);
    }
}
