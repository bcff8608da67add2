namespace CacheKit.Conversion;

/// <summary>A value that cannot be written; on its way up it learns where in the output the value stands.</summary>
internal sealed class UnsupportedValueException : Exception
{
    private readonly Stack<string> _path = new();

    /// <summary>Makes the exception.</summary>
    /// <param name="type">The type of the value.</param>
    /// <param name="tooDeep">Whether it is its depth that is the trouble, not its type.</param>
    public UnsupportedValueException(Type type, bool tooDeep)
        : base(type.FullName)
    {
        Type = type;
        TooDeep = tooDeep;
    }

    /// <summary>The type of the value.</summary>
    public Type Type { get; }

    /// <summary>Whether it is the size of the whole that is the trouble.</summary>
    public bool TooLarge { get; init; }

    /// <summary>Whether it is its depth that is the trouble, not its type.</summary>
    public bool TooDeep { get; }

    /// <summary>
    /// Where in the output the value stands, such as <c>[0].Owner.Name</c>; shortened when it is long.
    /// </summary>
    public string Location
    {
        get
        {
            const int MostSteps = 12;
            IEnumerable<string> steps = _path.Count > MostSteps ? _path.Take(MostSteps).Append("...") : _path;
            return string.Concat(steps);
        }
    }

    /// <summary>Adds the step that leads to the value from one level further up.</summary>
    /// <param name="step">An index or a property, such as <c>[3]</c> or <c>.Name</c>.</param>
    public void AddStep(string step) => _path.Push(step);
}
