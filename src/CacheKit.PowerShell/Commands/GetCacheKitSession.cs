using System.Management.Automation;
using CacheKit.Core.Diagnostics;
using CacheKit.Execution;
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

    /// <summary>Tells.</summary>
    protected override void ProcessRecord()
    {
        if (All)
        {
            WriteObject(OpenSessions.All(), enumerateCollection: true);
            return;
        }

        try
        {
            CacheKitSession session = SessionScopes.Current ?? ImplicitSession.Current;
            session.Caches.TryReadKeys();
            WriteObject(session);
        }
        catch (CacheKitException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, null));
        }
    }
}
