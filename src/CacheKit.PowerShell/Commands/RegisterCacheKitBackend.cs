using System.Management.Automation;
using CacheKit.Backends;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Commands;

/// <summary>Makes a store of script blocks, and known to this process by a name.</summary>
[Cmdlet(
    VerbsLifecycle.Register,
    "CacheKitBackend",
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Low,
    HelpUri = HelpPages.Folder + "Register-CacheKitBackend.md")]
[OutputType(typeof(CacheKitBackend))]
public sealed class RegisterCacheKitBackendCommand : CacheKitCommand
{
    /// <summary>The name: 1 to 64 letters, digits, dots, hyphens and underscores.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [AllowEmptyString]
    [AllowNull]
    public string Name { get; set; } = null!;

    /// <summary>Writes the bytes stored under <c>$Key</c>, or nothing.</summary>
    [Parameter(Mandatory = true)]
    public ScriptBlock Get { get; set; } = null!;

    /// <summary>Stores the bytes <c>$Value</c> under <c>$Key</c>; after <c>$Ttl</c> they may go.</summary>
    [Parameter(Mandatory = true)]
    public ScriptBlock Set { get; set; } = null!;

    /// <summary>Removes <c>$Key</c>, if it is there.</summary>
    [Parameter(Mandatory = true)]
    public ScriptBlock Remove { get; set; } = null!;

    /// <summary>Writes the keys that begin with <c>$Prefix</c>.</summary>
    [Parameter]
    public ScriptBlock? List { get; set; }

    /// <summary>
    /// Tries once to take the lock of <c>$Key</c> for the time <c>$Lease</c>; writes true or a token.
    /// </summary>
    [Parameter]
    public ScriptBlock? Lock { get; set; }

    /// <summary>Releases the lock of <c>$Key</c>, if it is still that of <c>$Token</c>.</summary>
    [Parameter]
    public ScriptBlock? Unlock { get; set; }

    /// <summary>Takes the place of a backend of that name.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives the backend out.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void End()
    {
        Subject = Name;
        Backend backend = Read();
        if (ShouldProcess(backend.Name, "Register backend"))
        {
            BackendRegistry.Add(backend, Force);
            if (PassThru)
            {
                WriteObject(backend.Report());
            }
        }
    }

    private Backend Read()
    {
        if (!BackendRegistry.IsName(Name))
        {
            throw new CacheKitException(
                ErrorIds.BackendNameInvalid,
                "The name of a backend is 1 to 64 letters (A-Z), digits, dots, hyphens and underscores.",
                "Give another -Name.");
        }

        if (Lock is null != Unlock is null)
        {
            throw new CacheKitException(
                ErrorIds.BackendBlockInvalid,
                "-Lock and -Unlock come together.",
                "Give both, or none when the store has no locks.");
        }

        return new Backend(Name)
        {
            Get = BackendBlock.From(Get, BackendBlockForm.Get),
            Set = BackendBlock.From(Set, BackendBlockForm.Set),
            Remove = BackendBlock.From(Remove, BackendBlockForm.Remove),
            List = List is null ? null : BackendBlock.From(List, BackendBlockForm.List),
            Lock = Lock is null ? null : BackendBlock.From(Lock, BackendBlockForm.Lock),
            Unlock = Unlock is null ? null : BackendBlock.From(Unlock, BackendBlockForm.Unlock),
        };
    }
}
