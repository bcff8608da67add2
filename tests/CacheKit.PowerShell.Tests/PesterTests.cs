using CacheKit.PowerShell.Tests.PesterStandIn;
using Xunit;

namespace CacheKit.PowerShell.Tests;

/// <summary>
/// The Pester files of tests/pester, one row for each of their tests. They run on the installed pwsh and Pester where
/// there are any, and on the stand-in where not.
/// </summary>
public sealed class PesterTests
{
    public static IEnumerable<TheoryDataRow<string>> Files =>
        PesterSuite.Files.Select(file => new TheoryDataRow<string>(file));

    public static IEnumerable<TheoryDataRow<string, string>> Cases =>
        from file in PesterSuite.Files
        from name in PesterSuite.Discover(file).Distinct()
        select new TheoryDataRow<string, string>(file, name);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Pester(string file, string name)
    {
        PesterResult result = PesterSuite.GetResult(file, name);
        Assert.SkipWhen(result.Outcome == PesterOutcome.Skipped, result.Message);
        Assert.True(result.Outcome == PesterOutcome.Passed, result.Message);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_file_has_tests_and_each_a_name_of_its_own(string file)
    {
        IReadOnlyList<string> names = PesterSuite.Discover(file);
        Assert.NotEmpty(names);
        Assert.Equal(names.Distinct(), names);
    }
}
