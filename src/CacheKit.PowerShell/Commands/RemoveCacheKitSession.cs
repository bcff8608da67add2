using System.Management.Automation;

namespace CacheKit.Commands;

/// <summary>Closes a session: its store is closed and its keys are zeroed. What is stored stays.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "CacheKitSession",
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Low,
    HelpUri = HelpPages.Folder + "Remove-CacheKitSession.md")]
[OutputType(typeof(void))]
public sealed class RemoveCacheKitSessionCommand : CacheKitCommand
{
    /// <summary>The sessions.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public CacheKitSession[] Session { get; set; } = null!;

    private protected override void Process()
    {
        foreach (CacheKitSession session in Session)
        {
            if (!session.IsClosed && ShouldProcess(session.ToString(), "Close session"))
            {
                session.Dispose();
            }
        }
    }
}
