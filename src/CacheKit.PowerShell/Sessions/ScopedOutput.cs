using System.Management.Automation;
using CacheKit.Blocks;

namespace CacheKit.Sessions;

/// <summary>
/// What a block wrote in the scope of a session. It goes on at once, and out of the scope: the commands that take it
/// belong to the caller.
/// </summary>
/// <param name="cmdlet">The cmdlet that ran the block.</param>
internal sealed class ScopedOutput(PSCmdlet cmdlet) : BlockOutput(cmdlet)
{
    /// <inheritdoc/>
    protected override void Keep(PSObject? item)
    {
        using (SessionScopes.Suspend())
        {
            Write(item);
        }
    }
}
