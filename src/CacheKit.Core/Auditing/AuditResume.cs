using System.Text;
using CacheKit.Core.Keys;
using Microsoft.Win32.SafeHandles;

namespace CacheKit.Core.Auditing;

/// <summary>
/// Where the next line goes on: from the head, not from what the log ends in, so that a cut tail stays visible for
/// ever. What lies behind the head is what a writer that was killed left, or foreign: it is taken into the chain when
/// it is authentic, else it stays where it is, and the next line says so (docs/formats.md, audit log).
/// </summary>
/// <param name="log">The log, open under the lock.</param>
/// <param name="keys">The tenant's keys under every master key of the writer.</param>
internal readonly ref struct AuditResume(SafeFileHandle log, IReadOnlyList<TenantKeys> keys)
{
    /// <summary>Finds the place of the next line.</summary>
    /// <param name="headBytes">What the head's file holds.</param>
    /// <param name="length">The size of the log in bytes.</param>
    /// <param name="marks">What the next line has to say about it.</param>
    /// <returns>The head as it stands now.</returns>
    public AuditHead Find(ReadOnlySpan<byte> headBytes, long length, out AuditMarks marks)
    {
        marks = default;
        if (AuditHead.TryParse(headBytes, out AuditHead head))
        {
            if (head.IsAuthentic(AuditHead.MacOf(headBytes), keys))
            {
                head = TakeWritten(head, length, long.MaxValue);
            }
            else
            {
                marks.Head = Encoding.ASCII.GetString(AuditHead.MacOf(headBytes));
            }
        }
        else if (!headBytes.IsEmpty || !TryBegin(length, out head))
        {
            marks.Head = AuditMarks.LostHead;
            head = LastLineOf(length);
        }

        marks.Aside = length > head.Length ? HashOfRest(head.Length, length) : null;
        return head;
    }

    /// <summary>Whether the log ends inside a line.</summary>
    /// <param name="length">The size of the log in bytes.</param>
    public bool EndsTorn(long length)
    {
        Span<byte> last = stackalloc byte[1];
        return length > 0 && RandomAccess.Read(log, last, length - 1) == 1 && last[0] != '\n';
    }

    /// <summary>
    /// An empty head is that of a log which begins. One line may be there already, of a writer that was killed; cutting
    /// a log down to that gains nothing over deleting both files.
    /// </summary>
    private bool TryBegin(long length, out AuditHead head)
    {
        head = TakeWritten(AuditHead.None, length, most: 2);
        return head.Count < 2;
    }

    /// <summary>Takes lines of our own that were written when the head was not yet.</summary>
    private AuditHead TakeWritten(AuditHead head, long length, long most)
    {
        if (length <= head.Length)
        {
            return head;
        }

        AuditLineReader reader = new(log, head.Length, length);
        for (long taken = 0; taken < most
            && reader.TryRead(out ReadOnlySpan<byte> bytes)
            && AuditLine.TryParse(bytes) is { } line
            && line.Record.Number == head.Count + 1
            && line.Previous == head.Link
            && IsOurs(line, bytes); taken++)
        {
            head = new AuditHead(head.Count + 1, head.Length + bytes.Length, AuditLine.LinkOf(bytes));
        }

        return head;
    }

    private bool IsOurs(AuditLine line, ReadOnlySpan<byte> bytes)
    {
        foreach (TenantKeys each in keys)
        {
            if (line.Record.Tag == Encoding.ASCII.GetString(each.Tag))
            {
                return AuditLine.IsAuthentic(bytes, each.AuditHash);
            }
        }

        return false;
    }

    /// <summary>There is no head to go on from: the last line that has the form of one takes its place.</summary>
    private AuditHead LastLineOf(long length)
    {
        AuditHead found = AuditHead.None;
        AuditLineReader reader = new(log, Math.Max(0, length - (4L * AuditLine.LongestSize)), length);
        while (reader.TryRead(out ReadOnlySpan<byte> bytes))
        {
            if (AuditLine.TryParse(bytes) is { } line)
            {
                found = new AuditHead(line.Record.Number, reader.Offset + bytes.Length, AuditLine.LinkOf(bytes));
            }
        }

        // Without any, all that is there is foreign to the chain that begins.
        return found;
    }

    private string HashOfRest(long start, long length)
    {
        using AuditRest rest = new();
        AuditLineReader reader = new(log, start, length);
        while (reader.TryRead(out ReadOnlySpan<byte> bytes))
        {
            rest.Add(bytes);
        }

        return rest.Take();
    }
}
