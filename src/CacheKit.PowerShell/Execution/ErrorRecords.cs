using System.Management.Automation;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Execution;

/// <summary>Makes error records of the catalogue (docs/errors.md).</summary>
internal static class ErrorRecords
{
    /// <summary>Makes the record of a failure.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="subject">What it is about where it names nothing itself; never a secret.</param>
    public static ErrorRecord From(CacheKitException failure, object? subject = null) =>
        new(failure, failure.ErrorId, CategoryOf(failure.ErrorId), failure.Target ?? subject)
        {
            // PowerShell's error views show the action below the message.
            ErrorDetails = new ErrorDetails(failure.Message) { RecommendedAction = failure.RecommendedAction },
        };

    private static ErrorCategory CategoryOf(string errorId) => errorId switch
    {
        ErrorIds.ItemNotFound => ErrorCategory.ObjectNotFound,
        ErrorIds.MasterKeyMissing or ErrorIds.BackendNotFound => ErrorCategory.ObjectNotFound,
        ErrorIds.MasterKeyInvalid or ErrorIds.KeyRingInvalid or ErrorIds.EntryMalformed => ErrorCategory.InvalidData,
        ErrorIds.AuditLogTooOpen => ErrorCategory.SecurityError,
        ErrorIds.AuditLogUnusable => ErrorCategory.OpenError,
        ErrorIds.AuditWriteFailed or ErrorIds.MetricFileUnusable => ErrorCategory.WriteError,
        ErrorIds.KeyFileTooOpen or ErrorIds.EntryNotAuthentic or ErrorIds.SecretRefused => ErrorCategory.SecurityError,
        ErrorIds.KeyFileUnusable or ErrorIds.CaFileInvalid => ErrorCategory.OpenError,
        ErrorIds.SecretManagementMissing => ErrorCategory.NotInstalled,
        ErrorIds.SecretVaultFailed => ErrorCategory.ResourceUnavailable,
        ErrorIds.KeyFileChanged => ErrorCategory.WriteError,
        ErrorIds.StoreAuthenticationFailed => ErrorCategory.AuthenticationError,
        ErrorIds.StoreTlsFailed => ErrorCategory.SecurityError,
        ErrorIds.DataNotAuthentic or ErrorIds.EntryNotOfTenant => ErrorCategory.SecurityError,
        ErrorIds.PythonFrameNotEncrypted or ErrorIds.PythonFrameTenantMismatch => ErrorCategory.SecurityError,
        ErrorIds.PythonFrameInvalid => ErrorCategory.InvalidData,
        ErrorIds.PythonFrameKeyUnknown => ErrorCategory.ObjectNotFound,
        ErrorIds.StoreCannotList or ErrorIds.PythonSerializerUnsupported => ErrorCategory.NotImplemented,
        ErrorIds.StoreUnavailable => ErrorCategory.ResourceUnavailable,
        ErrorIds.KeyFileExists or ErrorIds.BackendExists => ErrorCategory.ResourceExists,
        ErrorIds.ValueTypeUnsupported or ErrorIds.ValueTooDeep => ErrorCategory.InvalidType,
        ErrorIds.KeyNotDerivable or ErrorIds.RecursiveKey or ErrorIds.SessionClosed => ErrorCategory.InvalidOperation,
        ErrorIds.RotationNotStarted or ErrorIds.RotationIncomplete => ErrorCategory.InvalidOperation,
        ErrorIds.RotationBackwards => ErrorCategory.InvalidOperation,
        ErrorIds.TableColumnMixed or ErrorIds.TableShapeUnsupported => ErrorCategory.InvalidType,
        ErrorIds.ValueTooLarge => ErrorCategory.LimitsExceeded,
        _ => ErrorCategory.InvalidArgument,
    };
}
