using System.Management.Automation;
using CacheKit.Sessions;

namespace CacheKit.Execution;

/// <summary>
/// What a block wrote in the scope of a session. It goes on at once, and out of the scope: the commands that take it
/// belong to the caller.
/// </summary>
/// <param name="cmdlet">The cmdlet that ran the block.</param>
internal sealed class ScopedOutput(PSCmdlet cmdlet) : BlockOutput(cmdlet)
{
    /// <inheritdoc/>
    public override PSCmdlet? Writer { get; } = cmdlet;

    /// <inheritdoc/>
    public override void Take(PSObject? item)
    {
        // Warnings and the like too: the caller may have merged them into the output.
        using (SessionScopes.Suspend())
        {
            base.Take(item);
        }
    }

    /// <inheritdoc/>
    protected override void Keep(PSObject? item) => Write(item);
}
