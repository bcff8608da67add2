using System.Management.Automation;
using CacheKit.CacheKeys;
using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Execution;

namespace CacheKit.Commands;

/// <summary>Shows the key of the entry that Invoke-SecureCached would use, and what goes into it.</summary>
[Cmdlet(VerbsCommon.Get, "CacheKitKey", HelpUri = HelpPages.Folder + "Get-CacheKitKey.md")]
[OutputType(typeof(EntryKeyReport))]
public sealed class GetCacheKitKeyCommand : KeyedCommand
{
    private EntryCache? _cache;

    /// <summary>The block; not run.</summary>
    [Parameter(Position = 0)]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>Shows the key that Invoke-Cached would use.</summary>
    [Parameter]
    public SwitchParameter Plain { get; set; }

    private protected override bool TakesSecrets => !Plain;

    /// <summary>Checks the parameters, and opens the session.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (ScriptBlock is null && Key is null && !IsInterop)
        {
            Refuse(
                ErrorIds.KeyInvalid,
                "There is neither a block nor a name to compute a key from.",
                "Give a script block, -Key or -Interop.",
                null);
        }

        try
        {
            _cache = RentCache(ModeOf());
        }
        catch (CacheKitException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(IsInterop ? WithoutKey(failure) : failure, null));
        }
    }

    /// <summary>The key of an interop entry is the same with any master key, and with none.</summary>
    private static CacheKitException WithoutKey(CacheKitException failure) =>
        failure.ErrorId != ErrorIds.MasterKeyMissing
            ? failure
            : new CacheKitException(
                failure.ErrorId,
                failure.Message,
                "Give -Plain, which shows the same key, or configure the master key that all participants have.",
                failure);

    private CacheMode ModeOf() => (IsInterop, Plain.IsPresent) switch
    {
        (true, true) => CacheMode.PlainInterop,
        (true, false) => CacheMode.Interop,
        (false, true) => CacheMode.Plain,
        _ => CacheMode.Secure,
    };

    /// <summary>Computes the key.</summary>
    protected override void ProcessRecord()
    {
        KeyTrace trace = new(this);
        EntryKeys keys = KeysFor(_cache!, ScriptBlock, InputObject, trace);
        string key = keys.Current.ToString();
        WriteObject(new EntryKeyReport(key, Namespace, trace.Components)
        {
            CanonicalArguments = trace.CanonicalArguments,
            FileName = IsInterop ? FileContainer.FileNameOf(key) : null,
        });
    }
}
