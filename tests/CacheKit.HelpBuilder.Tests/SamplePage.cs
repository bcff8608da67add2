using CacheKit.HelpBuilder.Model;
using CacheKit.HelpBuilder.Reading;
using Xunit;

namespace CacheKit.HelpBuilder.Tests;

/// <summary>The page pages/Get-Tide.md, as it stands or with one passage changed.</summary>
internal static class SamplePage
{
    public const string FileName = "Get-Tide.md";
    public const string HelpFile = "Tides-Help.xml";

    public static string Text { get; }
        = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "pages", FileName)).ReplaceLineEndings("\n");

    public static string Edit(string passage, string replacement)
    {
        int start = Text.IndexOf(passage, StringComparison.Ordinal);
        Assert.True(start >= 0, $"the sample page has no passage '{passage}'");
        Assert.True(Text.IndexOf(passage, start + 1, StringComparison.Ordinal) < 0, $"'{passage}' is not unique");
        return Text.Replace(passage, replacement, StringComparison.Ordinal);
    }

    public static CommandPage Read(string? text = null)
    {
        ProblemList problems = new(FileName);
        CommandPage? page = PageReader.Read(FileName, text ?? Text, problems);
        Assert.Empty(problems.All);
        return page!;
    }

    public static IReadOnlyList<PageProblem> ProblemsOf(string text)
    {
        ProblemList problems = new(FileName);
        CommandPage? page = PageReader.Read(FileName, text, problems);
        Assert.Equal(problems.IsEmpty, page is not null);
        return problems.All;
    }

    public static void AssertProblem(string text, string place, string reason)
    {
        int index = text.IndexOf(place, StringComparison.Ordinal);
        Assert.True(index >= 0, $"the changed page has no passage '{place}'");
        int line = text.AsSpan(0, index).Count('\n') + 1;
        Assert.Contains(
            ProblemsOf(text),
            problem => problem.Line == line && problem.Reason.StartsWith(reason, StringComparison.Ordinal));
    }
}
