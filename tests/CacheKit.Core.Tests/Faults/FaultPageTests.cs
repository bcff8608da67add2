using System.Text.RegularExpressions;
using CacheKit.Core.Storage;
using Xunit;

namespace CacheKit.Core.Tests.Faults;

/// <summary>docs/errors.md lists the faults that are tested, and no others, in the words of the warnings.</summary>
public sealed partial class FaultPageTests
{
    private static readonly IReadOnlyList<FaultRow> s_rows = [.. RedisFaultRows.All, .. HttpFaultRows.All];

    [Fact]
    public void Docs_the_fault_table_has_the_same_rows_as_the_tests()
    {
        Dictionary<string, string> page = Page();
        Assert.Equal(
            s_rows.Select(row => row.Name).Order(StringComparer.Ordinal), page.Keys.Order(StringComparer.Ordinal));
        Assert.All(s_rows, row => Assert.Contains($"`{row.Text}`", page[row.Name], StringComparison.Ordinal));
    }

    [Fact]
    public void Docs_the_fault_table_distinguishes_errors_from_warnings()
    {
        Dictionary<string, string> page = Page();
        Assert.All(s_rows, row => Assert.StartsWith(
            row.Fault switch
            {
                StoreFault.AuthenticationFailed => "Error `StoreAuthenticationFailed`: ",
                StoreFault.TlsFailed => "Error `StoreTlsFailed`: ",
                null => "`nothing`",
                _ => "Warning: ",
            },
            page[row.Name],
            StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    /// <summary>What is seen of each fault.</summary>
    private static Dictionary<string, string> Page()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CacheKit.PS.sln")))
        {
            folder = folder.Parent;
        }

        string page = File.ReadAllText(Path.Combine(folder!.FullName, "docs", "errors.md")).ReplaceLineEndings("\n");
        int start = page.IndexOf("## What you see when a store fails", StringComparison.Ordinal);
        int end = page.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        string table = page[start..(end < 0 ? page.Length : end)];
        return Row().Matches(table).Skip(1).ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value);
    }
}
