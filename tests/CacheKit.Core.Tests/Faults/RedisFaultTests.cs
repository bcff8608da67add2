using Xunit;

namespace CacheKit.Core.Tests.Faults;

public sealed class RedisFaultTests : FaultSuite
{
    public static TheoryData<string> Rows => [.. RedisFaultRows.All.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Redis_a_fault_is_bounded_reported_once_and_passes(string name) =>
        RunAsync(RedisFaultRows.All.Single(row => row.Name == name));
}
