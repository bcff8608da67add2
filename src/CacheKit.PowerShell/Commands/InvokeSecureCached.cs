using System.Management.Automation;
using CacheKit.Core.Caching;

namespace CacheKit.Commands;

/// <summary>Returns the cached result of a block, or runs it once and caches its result encrypted.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "SecureCached", HelpUri = HelpPages.Folder + "Invoke-SecureCached.md")]
[OutputType(typeof(object))]
public sealed class InvokeSecureCachedCommand : BlockCachingCommand
{
    /// <summary>
    /// Makes an entry that is not authentic an error, instead of a warning and another run of the block.
    /// </summary>
    [Parameter]
    public SwitchParameter FailClosed { get; set; }

    private protected override bool KeepsEvidence =>
        FailClosed || (InEffect is { FailClosed: true } && !IsGiven(nameof(FailClosed)));

    private protected override CacheMode Mode => IsInterop ? CacheMode.Interop : CacheMode.Secure;

    private protected override EntryCache OpenCache() => RentCache(Mode);
}
