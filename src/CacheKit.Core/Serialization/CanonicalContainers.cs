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
    private const int UsualParts = 16;

    // The parts of all open containers that have an order, those of the innermost last.
    private Part[] _parts = new Part[UsualParts];
    private int _partCount;

    // The names that were the last ones to stand in those places, as long as their bytes are where the parts say and
    // the name before is still the one that they were compared with.
    private string?[] _names = new string?[UsualParts];
    private int _nameCount;

    // The innermost container; what is around the document counts as an array that never ends.
    private Container _inner = new() { Kind = ContainerKind.Array, Left = int.MaxValue };
    private Container[] _outer = new Container[UsualDepth];
    private int _depth;

    /// <summary>Whether the name of a value comes next.</summary>
    public bool IsAtName { get; private set; }

    /// <summary>How many are open, one in the other.</summary>
    public int Depth => _depth;

    /// <summary>Tells where an item or value begins; a name is told with <see cref="AddName"/>.</summary>
    /// <param name="start">Its first byte.</param>
    public void BeginItem(int start)
    {
        if (_inner.Kind == ContainerKind.Set)
        {
            Add(null, start, start, 0);
        }
    }

    /// <summary>
    /// Tells that an item or value is whole, and with it perhaps the containers that it is the last one of.
    /// </summary>
    /// <exception cref="InteropModelException">Two names of a map are equal.</exception>
    public void EndItem()
    {
        if (--_inner.Left == 0)
        {
            Close();
        }

        IsAtName = _inner.Kind == ContainerKind.Map;
    }

    /// <summary>
    /// Writes a name again that the map before this one had in the same place, as records of one kind do: its bytes are
    /// copied. It must be the same string, since comparing would cost what is saved.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <returns>Whether it was written.</returns>
    /// <exception cref="ValueTooLargeException">The document would be larger than a reader takes.</exception>
    public bool TryRepeatName(string name)
    {
        int place = _partCount;
        if (place >= _nameCount || !ReferenceEquals(_names[place], name))
        {
            return false;
        }

        ref Part known = ref _parts[place];
        int start = buffer.Length;
        int size = known.NameStart - known.Start + known.NameSize;
        ValueTooLargeException.ThrowIfOver((long)start + size);
        // First the room: a buffer that grows leaves its old memory zeroed.
        Span<byte> room = buffer.GetSpan(size);
        buffer.WrittenSpan.Slice(known.Start, size).CopyTo(room);
        buffer.Advance(size);
        known.NameStart += start - known.Start;
        known.Start = start;
        _partCount = place + 1;
        EndName(known.IsInOrder);
        return true;
    }

    /// <summary>Tells that a name has been written, whose text is the last of the buffer.</summary>
    /// <param name="name">The name.</param>
    /// <param name="start">Its first byte, that of its header.</param>
    /// <param name="size">The size of its text.</param>
    public void AddName(string name, int start, int size)
    {
        int place = _partCount;
        Add(name, start, buffer.Length - size, size);
        bool isInOrder = place == 0 || IsInOrder(_parts[place - 1], _parts[place]);
        _parts[place].IsInOrder = isInOrder;
        EndName(isInOrder);
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

        if (_depth == _outer.Length)
        {
            Array.Resize(ref _outer, 2 * _depth);
        }

        _outer[_depth++] = _inner;
        _inner.Kind = kind;
        _inner.Start = start;
        _inner.Body = buffer.Length;
        _inner.Left = count;
        _inner.FirstPart = _partCount;
        _inner.IsUnordered = false;
        IsAtName = kind == ContainerKind.Map;
    }

    private void Close()
    {
        do
        {
            Complete(_inner);
            _inner = _outer[--_depth];
        }
        while (--_inner.Left == 0);
    }

    private void EndName(bool isInOrder)
    {
        // The first name comes after that of another map.
        _inner.IsUnordered |= !isInOrder && _partCount - _inner.FirstPart > 1;
        IsAtName = false;
    }

    private void Add(string? name, int start, int nameStart, int nameSize)
    {
        if (_partCount == _parts.Length)
        {
            Array.Resize(ref _parts, 2 * _partCount);
            Array.Resize(ref _names, 2 * _partCount);
        }

        _names[_partCount] = name;
        _nameCount = _partCount + 1;
        ref Part part = ref _parts[_partCount++];
        part.Start = start;
        part.NameStart = nameStart;
        part.NameSize = nameSize;
    }

    /// <summary>Whether the second of two names comes after the first; most tell so by their first byte.</summary>
    private bool IsInOrder(in Part one, in Part other)
    {
        ReadOnlySpan<byte> before = NameOf(one);
        ReadOnlySpan<byte> after = NameOf(other);
        return (before.Length > 0 && after.Length > 0 && before[0] < after[0]) || before.SequenceCompareTo(after) < 0;
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

        _partCount = container.FirstPart;
    }

    /// <summary>The parts of a container in the order of what they are ordered by.</summary>
    private Part[] InOrder(in Container container, ReadOnlyMemory<byte> body)
    {
        int offset = container.Body;
        bool isSet = container.Kind == ContainerKind.Set;
        Part[] parts = new Part[_partCount - container.FirstPart];
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
        _nameCount = 0;
        buffer.CutTo(isSet ? container.Start : container.Body);
        if (isSet)
        {
            new MessagePackTokenWriter(buffer).WriteArrayHeader(parts.Length);
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
        public bool IsUnordered;
    }

    /// <summary>A name with its value, or an item of a set.</summary>
    private struct Part
    {
        public int Start;
        public int NameStart;
        public int NameSize;
        public int Size;

        // After the part before it, whichever container that belongs to.
        public bool IsInOrder;
    }
}
