using Xunit;

namespace CacheKit.Core.Tests.Faults;

public sealed class HttpFaultTests : FaultSuite
{
    public static TheoryData<string> Rows => [.. HttpFaultRows.All.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Http_a_fault_is_bounded_reported_once_and_passes(string name) =>
        RunAsync(HttpFaultRows.All.Single(row => row.Name == name));
}
