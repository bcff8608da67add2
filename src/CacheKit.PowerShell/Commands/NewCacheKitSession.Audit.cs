using System.Management.Automation;
using CacheKit.Core.Auditing;
using CacheKit.Core.Diagnostics;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <content>The audit log.</content>
public sealed partial class NewCacheKitSessionCommand
{
    /// <summary>The file that tells who opened which entry, and when.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    public string? AuditPath { get; set; }

    /// <summary>Opens, stores and runs nothing that cannot be told in the audit log.</summary>
    [Parameter]
    public SwitchParameter AuditRequired { get; set; }

    private AuditTrail? OpenAuditTrail()
    {
        if (!IsGiven(nameof(AuditPath)))
        {
            return AuditRequired
                ? throw new CacheKitException(
                    ErrorIds.ParameterConflict,
                    "-AuditRequired asks for an audit log, and there is none.",
                    "Say where it is with -AuditPath.")
                : null;
        }

        string path = PathResolver.Resolve(this, AuditPath, ErrorIds.AuditLogUnusable);
        return AuditTrail.Open(path, AuditRequired, TimeProvider.System);
    }
}
