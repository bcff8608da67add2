namespace CacheKit.HelpBuilder.Reading;

/// <summary>One thing that is wrong with a page.</summary>
/// <param name="File">The page.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Reason">What is wrong, and what is expected.</param>
internal sealed record PageProblem(string File, int Line, string Reason)
{
    /// <summary>The form that build tools and editors turn into a link.</summary>
    public override string ToString() => $"{File}({Line}): error: {Reason}";
}

/// <summary>Collects the problems of one page, so that one run reports them all.</summary>
/// <param name="file">The page.</param>
internal sealed class ProblemList(string file)
{
    private readonly List<PageProblem> _problems = [];

    /// <summary>The problems so far, in the order of the page.</summary>
    public IReadOnlyList<PageProblem> All => [.. _problems.OrderBy(problem => problem.Line)];

    /// <summary>Whether there is none yet.</summary>
    public bool IsEmpty => _problems.Count == 0;

    /// <summary>Adds a problem.</summary>
    /// <param name="line">The line, from 1.</param>
    /// <param name="reason">What is wrong, and what is expected.</param>
    public void Add(int line, string reason) => _problems.Add(new PageProblem(file, line, reason));
}
