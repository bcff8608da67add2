using System.Reflection;
using System.Text.RegularExpressions;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Diagnostics;

/// <summary>docs/errors.md lists the ids that the code has, and no others.</summary>
public sealed partial class ErrorCatalogueTests
{
    [Fact]
    public void Docs_the_error_page_lists_exactly_the_ids_of_the_code()
    {
        IEnumerable<string> code = typeof(ErrorIds)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!);
        IEnumerable<string> page = Row().Matches(File.ReadAllText(RepositoryRoot.File("docs", "errors.md")))
            .Select(match => match.Groups[1].Value);

        Assert.Equal(code.Order(StringComparer.Ordinal), page.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Docs_an_error_id_is_a_noun_phrase_equal_to_its_name()
    {
        Assert.All(
            typeof(ErrorIds).GetFields(BindingFlags.Public | BindingFlags.Static),
            field =>
            {
                Assert.Equal(field.Name, field.GetRawConstantValue());
                Assert.Matches("^([A-Z][a-z]+)+$", field.Name);
            });
    }

    [GeneratedRegex(@"^\| `([A-Za-z]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
