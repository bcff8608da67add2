using System.Text.RegularExpressions;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Diagnostics;

/// <summary>A way out that names a parameter which does not exist is none.</summary>
public sealed partial class WayOutTests
{
    [Fact]
    public void Docs_every_parameter_named_in_a_message_exists()
    {
        HashSet<string> known = new(StringComparer.Ordinal);
        foreach (string page in Directory.EnumerateFiles(RepositoryRoot.File("docs", "cmdlets"), "*.md"))
        {
            known.UnionWith(Heading().Matches(File.ReadAllText(page)).Select(match => match.Groups[1].Value));
        }

        string[] named = [.. ParametersInTexts()];
        Assert.Contains("-Uri (HttpFaults.cs)", named);
        Assert.All(named, name => Assert.Contains(name[1..name.IndexOf(' ', StringComparison.Ordinal)], known));
    }

    private static IEnumerable<string> ParametersInTexts() =>
        from file in Directory.EnumerateFiles(RepositoryRoot.File("src"), "*.cs", SearchOption.AllDirectories)
        where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
        from line in File.ReadLines(file)
        where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
        from Match text in Text().Matches(line)
        from Match parameter in Parameter().Matches(text.Groups[1].Value)
        select $"-{parameter.Groups[1].Value} ({Path.GetFileName(file)})";

    [GeneratedRegex(@"^### -(\w+)", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Text();

    /// <summary>Not the second half of a command's name.</summary>
    [GeneratedRegex(@"(?<![\w-])-([A-Z]\w+)")]
    private static partial Regex Parameter();
}
