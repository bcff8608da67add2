namespace CacheKit.Core.Auditing;

/// <summary>
/// The problems of a log while it is verified. Those of lines that stand behind the chain wait until the next line of
/// the chain says whether it knew of them; a line that is missing may still turn up further down.
/// </summary>
internal sealed class AuditProblems
{
    /// <summary>How many are kept.</summary>
    private const int Most = 1000;

    private readonly List<AuditProblem> _all = [];
    private readonly List<AuditProblem> _waiting = [];
    private readonly List<(long First, long Last, long FileLine)> _gaps = [];
    private long _count;

    /// <summary>How many lines wait.</summary>
    public long Waiting { get; private set; }

    /// <summary>How many there are.</summary>
    public long Count => _count + _gaps.Count;

    /// <summary>Adds a problem.</summary>
    /// <param name="problem">The problem.</param>
    public void Add(AuditProblem problem)
    {
        _count++;
        if (_all.Count < Most)
        {
            _all.Add(problem);
        }
    }

    /// <summary>Adds the problem of a line behind the chain.</summary>
    /// <param name="problem">The problem.</param>
    public void AddWaiting(AuditProblem problem)
    {
        Waiting++;
        if (_waiting.Count < Most)
        {
            _waiting.Add(problem);
        }
    }

    /// <summary>The lines that wait are problems indeed.</summary>
    public void Confirm()
    {
        _count += Waiting - _waiting.Count;
        _waiting.ForEach(Add);
        Forget();
    }

    /// <summary>The lines that wait are accounted for.</summary>
    public void Forget()
    {
        Waiting = 0;
        _waiting.Clear();
    }

    /// <summary>Adds lines that are missing.</summary>
    /// <param name="first">The number of the first.</param>
    /// <param name="last">The number of the last.</param>
    /// <param name="fileLine">The line of the file before which they should be.</param>
    public void AddGap(long first, long last, long fileLine) => _gaps.Add((first, last, fileLine));

    /// <summary>A line has turned up.</summary>
    /// <param name="number">Its number.</param>
    /// <returns>Whether it was missing.</returns>
    public bool TryFill(long number)
    {
        int index = _gaps.FindIndex(gap => gap.First <= number && number <= gap.Last);
        if (index < 0)
        {
            return false;
        }

        (long first, long last, long fileLine) = _gaps[index];
        _gaps.RemoveAt(index);
        if (first < number)
        {
            _gaps.Add((first, number - 1, fileLine));
        }

        if (number < last)
        {
            _gaps.Add((number + 1, last, fileLine));
        }

        return true;
    }

    /// <summary>All of them, in the order of the lines.</summary>
    public IReadOnlyList<AuditProblem> ToList() =>
    [
        .. _all.Concat(_gaps.Select(Missing))
            .OrderBy(problem => problem.FileLine == 0 ? long.MaxValue : problem.FileLine)
            .Take(Most),
    ];

    private static AuditProblem Missing((long First, long Last, long FileLine) gap) => new(
        AuditProblemKind.Missing,
        gap.FileLine,
        gap.First,
        gap.First == gap.Last
            ? $"Line {gap.First} was removed."
            : $"The lines {gap.First} to {gap.Last} were removed.");
}
