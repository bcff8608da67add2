using CacheKit.Core.Keys;

namespace CacheKit.Core.Auditing;

/// <summary>Goes through the lines of a log, one after the other, and finds what is wrong with the chain.</summary>
/// <param name="keys">The keys.</param>
/// <param name="problems">Takes what is wrong.</param>
internal sealed class AuditWalk(AuditKeys keys, AuditProblems problems) : IDisposable
{
    private readonly AuditRest _rest = new();
    private byte[] _lastBytes = [];
    private (long Next, string Link) _before = (1, AuditLine.FirstLink);
    private bool _lastIsVerified = true;
    private bool _restIsOnePiece = true;

    /// <summary>The number of the next line.</summary>
    public long Next { get; private set; } = 1;

    /// <summary>The link of the last line of the chain.</summary>
    public string Link { get; private set; } = AuditLine.FirstLink;

    /// <summary>The last line of the chain.</summary>
    public AuditLine? Last { get; private set; }

    /// <summary>The bytes of that.</summary>
    public ReadOnlySpan<byte> LastBytes => _lastBytes;

    /// <summary>Whether that is authentic by itself.</summary>
    public bool LastIsVerified => _lastIsVerified;

    /// <summary>Where the chain ends, in bytes.</summary>
    public long End { get; private set; }

    /// <summary>The line of the file that was taken last, from 1.</summary>
    public long FileLine { get; private set; }

    /// <summary>The line of the file in which the last line of the chain stands.</summary>
    public long LastFileLine { get; private set; }

    /// <summary>Whether the file ends inside a line.</summary>
    public bool EndsTorn { get; private set; }

    /// <summary>How many lines of the chain are authentic by themselves.</summary>
    public long Verified { get; private set; }

    /// <summary>How many are of other keys.</summary>
    public long Others { get; private set; }

    /// <summary>How many lines of killed writers do not count.</summary>
    public long Torn { get; private set; }

    /// <summary>Takes a line, or a piece of one that is too long.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="offset">Where they begin in the file.</param>
    /// <returns>Whether it belongs to the chain; then it is <see cref="Last"/>.</returns>
    public bool Take(ReadOnlySpan<byte> bytes, long offset)
    {
        bool isContinued = EndsTorn;
        FileLine += isContinued ? 0 : 1;
        EndsTorn = bytes[^1] != '\n';
        AuditLine? line = isContinued ? null : AuditLine.TryParse(bytes);
        if (line is null)
        {
            SetAside(bytes, isContinued, AuditProblemKind.Edited, null, "is not a line of an audit log");
            return false;
        }

        TenantKeys? known = keys.Find(line.Record.Tag);
        if (known is not null && !AuditLine.IsAuthentic(bytes, known.AuditHash))
        {
            SetAside(bytes, false, AuditProblemKind.Edited, line, "was altered: its code is wrong");
            return false;
        }

        return TryPlace(line, bytes, offset, known is not null);
    }

    /// <summary>The file is over: what stands behind the chain was not accounted for.</summary>
    /// <param name="isTornHarmless">Whether a torn line at the end is what a killed writer left.</param>
    public void Finish(bool isTornHarmless)
    {
        if (EndsTorn && isTornHarmless && problems.Waiting == 1)
        {
            problems.Forget();
            Torn++;
        }

        problems.Confirm();
    }

    /// <inheritdoc/>
    public void Dispose() => _rest.Dispose();

    private bool TryPlace(AuditLine line, ReadOnlySpan<byte> bytes, long offset, bool isVerified)
    {
        long number = line.Record.Number;
        if (TryAccountForRest(line))
        {
            Chain(line, bytes, offset, isVerified);
            return true;
        }

        // Of two neighbours under keys that are not known, the first is taken for the altered one.
        bool fits = number == Next && (line.Previous == Link || !_lastIsVerified);
        if (!isVerified && !fits && (problems.Waiting == 0 || number != Next + problems.Waiting))
        {
            SetAside(bytes, false, AuditProblemKind.Edited, line, "does not fit, and its key is not known");
            return false;
        }

        if (number < Next)
        {
            bool wasMissing = problems.TryFill(number);
            SetAside(
                bytes,
                false,
                wasMissing ? AuditProblemKind.OutOfOrder : AuditProblemKind.Repeated,
                line,
                wasMissing ? "stands at another place than it was written at" : "was there before");
            return false;
        }

        Blame(line, number - Next);
        Chain(line, bytes, offset, isVerified);
        return true;
    }

    /// <summary>A line may say that it knew of what stands between it and the chain.</summary>
    private bool TryAccountForRest(AuditLine line)
    {
        if (line.Marks.Aside is not { } aside)
        {
            return false;
        }

        if (line.Record.Number == Next && line.Previous == Link && problems.Waiting > 0 && aside == _rest.Take())
        {
            bool isTorn = problems.Waiting == 1 && _restIsOnePiece;
            long first = LastFileLine + 1;
            problems.Forget();
            Torn += isTorn ? 1 : 0;
            if (!isTorn)
            {
                problems.Add(new AuditProblem(
                    AuditProblemKind.Foreign, first, null,
                    $"Lines {first} to {FileLine - 1} of the file are not of the chain."));
            }

            return true;
        }

        // The line of a writer that was killed may be whole, and not known as such to the next one: it was another
        // tenant's, or lacked its line feed.
        if (Last is not null && (line.Record.Number, line.Previous) == _before && problems.Waiting == 0)
        {
            return TryGiveUpLast(aside);
        }

        return false;
    }

    private bool TryGiveUpLast(string aside)
    {
        using AuditRest last = new();
        last.Add(_lastBytes);
        if (aside != last.Take())
        {
            return false;
        }

        Verified -= _lastIsVerified ? 1 : 0;
        Others -= _lastIsVerified ? 0 : 1;
        Torn++;
        return true;
    }

    private void Blame(AuditLine line, long distance)
    {
        long number = line.Record.Number;
        long missing = distance - Math.Min(distance, problems.Waiting);
        if (missing > 0)
        {
            problems.AddGap(number - missing, number - 1, FileLine);
        }
        else if (distance == 0 && line.Previous != Link)
        {
            problems.Add(_lastIsVerified
                ? new AuditProblem(
                    AuditProblemKind.Unlinked, FileLine, number, $"Line {number} does not follow the line before it.")
                : new AuditProblem(
                    AuditProblemKind.Edited, LastFileLine, Next - 1,
                    $"Line {Next - 1} was altered: the next does not follow it."));
        }

        if (line.Marks.Aside is not null)
        {
            problems.Add(new AuditProblem(
                AuditProblemKind.Edited, FileLine, number, $"What line {number} found before it was altered."));
        }
    }

    private void Chain(AuditLine line, ReadOnlySpan<byte> bytes, long offset, bool isVerified)
    {
        problems.Confirm();
        CheckHeadMark(line);
        _before = (line.Record.Number, line.Previous);
        Next = line.Record.Number + 1;
        Link = AuditLine.LinkOf(bytes);
        Last = line;
        _lastBytes = bytes.ToArray();
        _lastIsVerified = isVerified;
        LastFileLine = FileLine;
        End = offset + bytes.Length;
        Verified += isVerified ? 1 : 0;
        Others += isVerified ? 0 : 1;
        _ = _rest.Take();
        _restIsOnePiece = true;
    }

    private void CheckHeadMark(AuditLine line)
    {
        if (line.Marks.Head is not { } mark)
        {
            return;
        }

        // The head that the writer could not verify is known but for its code: perhaps we can.
        AuditHead head = new(line.Record.Number - 1, End, line.Previous);
        if (!head.IsAuthentic(System.Text.Encoding.UTF8.GetBytes(mark), keys.All))
        {
            problems.Add(new AuditProblem(
                AuditProblemKind.HeadLost,
                FileLine,
                line.Record.Number,
                $"When line {line.Record.Number} was written, there was no authentic head: lines before it may be "
                + "missing."));
        }
    }

    private void SetAside(
        ReadOnlySpan<byte> bytes,
        bool isContinued,
        AuditProblemKind kind,
        AuditLine? line,
        string what)
    {
        _rest.Add(bytes);
        if (isContinued)
        {
            return;
        }

        _restIsOnePiece = line is null;
        problems.AddWaiting(
            new AuditProblem(kind, FileLine, line?.Record.Number, $"Line {FileLine} of the file {what}."));
    }
}
