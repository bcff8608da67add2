using System.Collections.Concurrent;
using System.Management.Automation;
using CacheKit.CacheKeys;

namespace CacheKit.Execution;

/// <summary>
/// One run of a user's block as <c>&amp;</c> would run it: on the pipeline thread, in a scope below the caller's, with
/// <c>$_</c> and <c>$input</c> when there is an input object.
/// </summary>
/// <param name="Cmdlet">The cmdlet that runs it.</param>
/// <param name="Block">The block.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record BlockCall(PSCmdlet Cmdlet, ScriptBlock Block, object?[]? Arguments)
{
    private const string CurrentItem = "_";

    // $args is each scope's own, so that a runner hides none of the caller's variables. The two commands are named by
    // their types: no module exports them.
    private static readonly CmdletInfo s_collect = new("Receive-BlockOutput", typeof(ReceiveBlockOutputCommand));
    private static readonly CmdletInfo s_declare = new("Set-BlockVariable", typeof(SetBlockVariableCommand));
    private static readonly ConcurrentDictionary<(int Arguments, bool HasInput, bool HasVariables), ScriptBlock>
        s_runners = new();

    /// <summary>The input object.</summary>
    public CallInput Input { get; init; }

    /// <summary>Variables that the block is to see instead of the caller's.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Variables { get; init; } = [];

    /// <summary>Runs the block.</summary>
    /// <returns>What it wrote, and the exception that ended it.</returns>
    /// <exception cref="PipelineStoppedException">The user or the pipeline stopped it.</exception>
    public BlockOutput Run() => Run(new BlockOutput(Cmdlet));

    /// <summary>Runs the block.</summary>
    /// <param name="output">Takes what it writes, when it writes it, and the exception that ends it.</param>
    /// <returns>The output.</returns>
    /// <exception cref="PipelineStoppedException">The user or the pipeline stopped it.</exception>
    public BlockOutput Run(BlockOutput output)
    {
        ScriptBlock runner =
            s_runners.GetOrAdd((Arguments?.Length ?? 0, Input.IsGiven, Variables.Count > 0), MakeRunner);
        object?[] all = [Block, s_collect, output, Input.Value, s_declare, Variables, .. Arguments ?? []];
        PSVariableIntrinsics? scope = Input.IsGiven ? ScopeReader.VariablesOf(Cmdlet, Block) : null;
        object? before = scope?.GetValue(CurrentItem);
        try
        {
            scope?.Set(CurrentItem, Input.Value);
            Cmdlet.InvokeCommand.InvokeScript(useLocalScope: false, runner, input: null, all);
        }
        catch (PipelineStoppedException)
        {
            throw;
        }
        catch (Exception exception) when (exception is RuntimeException or FlowControlException)
        {
            output.EndWith(exception);
        }
        finally
        {
            scope?.Set(CurrentItem, before);
        }

        return output;
    }

    /// <summary>
    /// Errors, warnings and information are merged into the output, so that they come out under the cmdlet's own common
    /// parameters: plain Invoke would write errors past its -ErrorAction, and a failed block would look like one that
    /// succeeded. The other streams have nothing to do with the cmdlet, and flow.
    /// </summary>
    private static ScriptBlock MakeRunner((int Arguments, bool HasInput, bool HasVariables) form)
    {
        string arguments = string.Concat(Enumerable.Range(6, form.Arguments).Select(i => $" $args[{i}]"));
        string input = form.HasInput ? ",$args[3] | " : string.Empty;
        string call = $"{input}& $args[0]{arguments} 2>&1 3>&1 6>&1 | & $args[1] $args[2]";
        return ScriptBlock.Create(form.HasVariables ? $"& {{ & $args[4] $args[5]; {call} }} @args" : call);
    }
}
