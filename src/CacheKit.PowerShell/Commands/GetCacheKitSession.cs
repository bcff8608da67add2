using System.Management.Automation;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Tells which session is in force here, or all that are open.</summary>
[Cmdlet(VerbsCommon.Get, "CacheKitSession", HelpUri = HelpPages.Folder + "Get-CacheKitSession.md")]
[OutputType(typeof(CacheKitSession))]
public sealed class GetCacheKitSessionCommand : CacheKitCommand
{
    /// <summary>Gives every session of this process that is open.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    private protected override void Process()
    {
        if (All)
        {
            WriteObject(OpenSessions.All(), enumerateCollection: true);
            return;
        }

        CacheKitSession session = new SessionInForce(given: null).Session;
        session.Caches.TryReadKeys();
        WriteObject(session);
    }
}
