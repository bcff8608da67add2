using System.Management.Automation;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>A Describe or Context, or the file itself, as discovery found it.</summary>
public sealed class PesterBlock : PesterItem
{
    private readonly List<PesterItem> _children = [];

    /// <summary>What runs once around this block or for each test in it, by keyword.</summary>
    public Dictionary<string, List<ScriptBlock>> Hooks { get; } = new(StringComparer.OrdinalIgnoreCase)
    {
        ["BeforeAll"] = [],
        ["BeforeEach"] = [],
        ["AfterEach"] = [],
        ["AfterAll"] = [],
    };

    /// <summary>Whether no test in here is to run; Pester then leaves out the hooks too.</summary>
    public override bool IsSkipped =>
        IsLeftOut || (_children.Count > 0 && _children.TrueForAll(child => child.IsSkipped));

    /// <summary>Every test in here, in the order of the file.</summary>
    public IEnumerable<PesterTest> Tests => _children.SelectMany(child => child switch
    {
        PesterBlock block => block.Tests,
        PesterTest test => [test],
        _ => throw new InvalidOperationException($"Unexpected {child.GetType()}."),
    });

    public void Add(PesterItem child)
    {
        ArgumentNullException.ThrowIfNull(child);
        _children.Add(child);
    }

    /// <summary>The hooks of one kind from this block and those around it, outermost first.</summary>
    public IEnumerable<ScriptBlock> CollectHooks(string keyword)
    {
        IEnumerable<ScriptBlock> outer = Parent is null ? [] : Parent.CollectHooks(keyword);
        return outer.Concat(Hooks[keyword]);
    }

    public override void Run(TestDrive drive)
    {
        ArgumentNullException.ThrowIfNull(drive);
        if (IsSkipped)
        {
            RunChildren(drive);
            return;
        }

        using (drive.EnterBlock())
        {
            PesterScopes.RunBlock(this, drive);
        }
    }

    /// <summary>Runs what is inside; called in the scope that BeforeAll ran in.</summary>
    public void RunChildren(TestDrive drive)
    {
        foreach (PesterItem child in _children)
        {
            child.Run(drive);
        }
    }

    /// <summary>A failed hook of a block fails every test that relies on it.</summary>
    public override void Fail(ErrorRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        foreach (PesterTest test in Tests)
        {
            test.Fail(record);
        }
    }
}
