using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Management.Automation;

namespace CacheKit.Pipeline;

/// <summary>What a user's block wrote when it ran as <c>&amp;</c> would run it: on the pipeline thread, in the caller's scope.</summary>
internal sealed class BlockOutput
{
    // By number of arguments. $args is each scope's own, so that a runner hides none of the caller's variables.
    private static readonly ConcurrentDictionary<int, ScriptBlock> s_runners = new();

    private BlockOutput(Collection<PSObject?> items)
    {
        Items = items;
        HasErrors = items.Any(item => item?.BaseObject is ErrorRecord);
    }

    /// <summary>The objects in order, errors among them.</summary>
    public IReadOnlyList<PSObject?> Items { get; }

    /// <summary>Whether it wrote an error.</summary>
    public bool HasErrors { get; }

    /// <summary>
    /// Runs a block. Its errors are merged into its output: plain Invoke would write them past the cmdlet's
    /// -ErrorAction, and a failed block would look like one that succeeded. Its other streams flow.
    /// </summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="block">The block.</param>
    /// <param name="arguments">Its arguments.</param>
    public static BlockOutput Run(PSCmdlet cmdlet, ScriptBlock block, object?[]? arguments)
    {
        ScriptBlock runner = s_runners.GetOrAdd(arguments?.Length ?? 0, MakeRunner);
        object?[] all = [block, .. arguments ?? []];
        return new BlockOutput(cmdlet.InvokeCommand.InvokeScript(useLocalScope: false, runner, input: null, all)!);
    }

    /// <summary>Runs the script block of a TTL on the output as <c>$_</c>.</summary>
    /// <param name="script">The script block.</param>
    /// <param name="lifetime">The duration that it gave, of any sign.</param>
    /// <returns>Whether it gave a duration within bounds.</returns>
    public bool TryComputeTtl(ScriptBlock script, out TimeSpan lifetime)
    {
        object? result = Items.Count == 1 ? Items[0] : Items.ToArray();
        PSObject? answer = script.InvokeWithContext(null, [new PSVariable("_", result)]).LastOrDefault();
        return Ttl.TryReadDuration(answer?.BaseObject, out lifetime) && lifetime <= Ttl.Longest;
    }

    /// <summary>Writes the output where it belongs: errors under the cmdlet's -ErrorAction, objects as they came.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    public void WriteTo(Cmdlet cmdlet)
    {
        foreach (PSObject? item in Items)
        {
            if (item?.BaseObject is ErrorRecord error)
            {
                cmdlet.WriteError(error);
            }
            else
            {
                cmdlet.WriteObject(item);
            }
        }
    }

    private static ScriptBlock MakeRunner(int count)
    {
        IEnumerable<string> arguments = Enumerable.Range(1, count).Select(i => $" $args[{i}]");
        // One array of all output: InvokeScript unrolls what it gets once, which would be once too often for a block
        // that writes one array as one object.
        return ScriptBlock.Create($",@(& $args[0]{string.Concat(arguments)} 2>&1)");
    }
}
