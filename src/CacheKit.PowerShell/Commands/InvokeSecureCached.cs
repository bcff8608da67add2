using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Pipeline;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Returns the cached result of a block, or runs it once and caches its result encrypted.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "SecureCached", HelpUri = HelpPages.Folder + "Invoke-SecureCached.md")]
[OutputType(typeof(object))]
public sealed class InvokeSecureCachedCommand : BlockCachingCommand
{
    private ImplicitSession? _session;

    /// <summary>Makes an entry that is not authentic an error, instead of a warning and another run of the block.</summary>
    [Parameter]
    public SwitchParameter FailClosed { get; set; }

    private protected override bool KeepsEvidence => FailClosed;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Interlocked.Exchange(ref _session, null)?.Dispose();
        }

        base.Dispose(disposing);
    }

    private protected override EntryCache OpenCache()
    {
        _session = ImplicitSession.Rent();
        return _session.Cache;
    }
}
