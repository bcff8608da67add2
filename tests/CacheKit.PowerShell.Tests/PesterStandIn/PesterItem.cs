using System.Collections;
using System.Management.Automation;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>What blocks and tests have in common.</summary>
public abstract class PesterItem
{
    /// <summary>The block around this item; null for the file.</summary>
    public required PesterBlock? Parent { get; init; }

    /// <summary>The name, templates expanded.</summary>
    public required string Name { get; init; }

    /// <summary>The code; the file has none.</summary>
    public ScriptBlock? Body { get; init; }

    /// <summary>The item of -ForEach that this was made for.</summary>
    public PesterData Data { get; init; } = PesterData.None;

    /// <summary>Whether -Skip was given.</summary>
    public bool Skip { get; init; }

    /// <summary>Whether nothing of this item is to run.</summary>
    public abstract bool IsSkipped { get; }

    /// <summary>The names from the outermost block to this item.</summary>
    public string Path => Parent?.Parent is null ? Name : $"{Parent.Path}.{Name}";

    /// <summary>The data as named arguments, for blocks that declare parameters.</summary>
    public IDictionary Arguments => Data.Arguments;

    /// <summary>Whether -Skip was given here or on a block around.</summary>
    protected bool IsLeftOut => Skip || (Parent is not null && Parent.IsLeftOut);

    /// <summary>Runs the item and what is in it.</summary>
    public abstract void Run(TestDrive drive);

    /// <summary>Takes note of an error that ended the item's code.</summary>
    public abstract void Fail(ErrorRecord record);
}
