using CacheKit.Core.Cryptography;

namespace CacheKit.Core.Serialization;

/// <summary>What a container of a canonical document is.</summary>
internal enum ContainerKind
{
    /// <summary>Items in their own order.</summary>
    Array,

    /// <summary>Names and values, in the order of the names' UTF-8 bytes.</summary>
    Map,

    /// <summary>An array of items in the order of their bytes, each once.</summary>
    Set,
}

/// <summary>
/// The containers of a canonical document that are being written. When one is whole, its parts are put in order where
/// they are not: what is inside of a part is in order by then.
/// </summary>
/// <param name="buffer">Where the document is written.</param>
internal sealed class CanonicalContainers(SensitiveBuffer buffer)
{
    private const int UsualDepth = 8;

    // The parts of all open containers that have an order, those of the innermost last.
    private readonly List<Part> _parts = [];
    private Container[] _open = new Container[UsualDepth];
    private int _depth;

    /// <summary>Whether the name of a value comes next.</summary>
    public bool IsAtName => _depth > 0 && _open[_depth - 1].NameIsNext;

    /// <summary>How many are open, one in the other.</summary>
    public int Depth => _depth;

    /// <summary>Tells where an item or value begins; a name is told with <see cref="AddName"/>.</summary>
    /// <param name="start">Its first byte.</param>
    public void BeginItem(int start)
    {
        if (_depth > 0 && _open[_depth - 1].Kind == ContainerKind.Set)
        {
            _parts.Add(new Part(start, start, 0));
        }
    }

    /// <summary>Tells that an item or value is whole, and with it perhaps the containers that it is the last one of.</summary>
    /// <exception cref="InteropModelException">Two names of a map are equal.</exception>
    public void EndItem()
    {
        while (_depth > 0)
        {
            ref Container container = ref _open[_depth - 1];
            container.NameIsNext = container.Kind == ContainerKind.Map;
            if (--container.Left > 0)
            {
                return;
            }

            _depth--;
            Complete(container);
        }
    }

    /// <summary>Tells that a name has been written, whose text is the last of the buffer.</summary>
    /// <param name="start">Its first byte, that of its header.</param>
    /// <param name="size">The size of its text.</param>
    public void AddName(int start, int size)
    {
        ref Container container = ref _open[_depth - 1];
        Part part = new(start, buffer.Length - size, size);
        if (_parts.Count > container.FirstPart && NameOf(_parts[^1]).SequenceCompareTo(NameOf(part)) >= 0)
        {
            container.IsUnordered = true;
        }

        _parts.Add(part);
        container.NameIsNext = false;
    }

    /// <summary>Tells that the header of a container has been written.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="start">The first byte of the header.</param>
    /// <param name="count">How many items or values follow.</param>
    public void BeginContainer(ContainerKind kind, int start, int count)
    {
        if (count == 0)
        {
            EndItem();
            return;
        }

        if (_depth == _open.Length)
        {
            Array.Resize(ref _open, 2 * _depth);
        }

        _open[_depth++] = new Container
        {
            Kind = kind,
            Start = start,
            Body = buffer.Length,
            Left = count,
            FirstPart = _parts.Count,
            NameIsNext = kind == ContainerKind.Map,
        };
    }

    private ReadOnlySpan<byte> NameOf(in Part part) => buffer.WrittenSpan.Slice(part.NameStart, part.NameSize);

    private void Complete(in Container container)
    {
        if (container.Kind == ContainerKind.Set || container.IsUnordered)
        {
            using SensitiveBuffer body = SensitiveBuffer.Rent(buffer.Length - container.Body);
            body.Write(buffer.WrittenSpan[container.Body..]);
            Write(container, InOrder(container, body.WrittenMemory), body.WrittenSpan);
        }

        _parts.RemoveRange(container.FirstPart, _parts.Count - container.FirstPart);
    }

    /// <summary>The parts of a container in the order of what they are ordered by.</summary>
    private Part[] InOrder(in Container container, ReadOnlyMemory<byte> body)
    {
        int offset = container.Body;
        bool isSet = container.Kind == ContainerKind.Set;
        Part[] parts = new Part[_parts.Count - container.FirstPart];
        int end = buffer.Length;
        for (int i = parts.Length - 1; i >= 0; i--)
        {
            Part part = _parts[container.FirstPart + i];
            int size = end - part.Start;
            parts[i] = part with { Size = size, NameSize = isSet ? size : part.NameSize };
            end = part.Start;
        }

        int Compare(Part one, Part other) => body.Span.Slice(one.NameStart - offset, one.NameSize)
            .SequenceCompareTo(body.Span.Slice(other.NameStart - offset, other.NameSize));

        Array.Sort(parts, Compare);
        List<Part> distinct = new(parts.Length);
        foreach (Part part in parts)
        {
            if (distinct.Count == 0 || Compare(distinct[^1], part) != 0)
            {
                distinct.Add(part);
            }
        }

        return isSet || distinct.Count == parts.Length
            ? [.. distinct]
            : throw new InteropModelException("a map has the same name twice");
    }

    /// <summary>Writes the parts again; a set may have lost some, and its header says how many are left.</summary>
    private void Write(in Container container, Part[] parts, ReadOnlySpan<byte> bytes)
    {
        bool isSet = container.Kind == ContainerKind.Set;
        buffer.CutTo(isSet ? container.Start : container.Body);
        if (isSet)
        {
            new MessagePackTokens(buffer).WriteArrayHeader(parts.Length);
        }

        foreach (Part part in parts)
        {
            buffer.Write(bytes.Slice(part.Start - container.Body, part.Size));
        }
    }

    private struct Container
    {
        public ContainerKind Kind;
        public int Start;
        public int Body;
        public int Left;
        public int FirstPart;
        public bool NameIsNext;
        public bool IsUnordered;
    }

    /// <summary>A name with its value, or an item of a set.</summary>
    private readonly record struct Part(int Start, int NameStart, int NameSize, int Size = 0);
}
