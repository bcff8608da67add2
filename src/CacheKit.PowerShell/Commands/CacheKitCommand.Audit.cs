using System.Management.Automation;
using CacheKit.Core.Auditing;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;

namespace CacheKit.Commands;

/// <content>What goes into the audit log of the session.</content>
public abstract partial class CacheKitCommand
{
    private AuditTrail? _audit;

    /// <summary>Where what this command does is told; null for nowhere.</summary>
    /// <param name="trail">The session's.</param>
    private protected void AuditInto(AuditTrail? trail) => _audit = trail;

    /// <summary>Whether the session has an audit log. A hit in memory asks no more than this.</summary>
    private protected bool IsAudited => _audit is not null;

    /// <summary>Records what is done with an entry in the session's audit log, if it has one. Where that cannot be, and must
    /// be, the command ends.</summary>
    /// <param name="kind">What is done.</param>
    /// <param name="key">The entry.</param>
    private protected void Audit(AuditEvent kind, in EntryKey key)
    {
        if (IsAudited && !key.IsPlain)
        {
            ThrowIfAny(TryAudit(kind, AuditSubject.Of(key)), null);
        }
    }

    /// <summary>As <see cref="Audit(AuditEvent, in EntryKey)"/>, for several entries at once.</summary>
    /// <param name="kind">What is done.</param>
    /// <param name="keys">The keys of their tenant.</param>
    /// <param name="namespace">Their namespace, or null for all of the tenant.</param>
    /// <param name="count">How many they are, or null.</param>
    private protected void Audit(AuditEvent kind, TenantKeys keys, string? @namespace, long? count)
    {
        if (IsAudited)
        {
            ThrowIfAny(TryAudit(kind, AuditSubject.Of(keys, @namespace, count)), null);
        }
    }

    /// <summary>The line of the script that this command is in.</summary>
    private protected AuditSource AuditOrigin => new(MyInvocation.ScriptName, MyInvocation.ScriptLineNumber);

    /// <summary>
    /// Records an event in the session's audit log. A log that need not be written is only warned of.
    /// </summary>
    /// <param name="kind">What is done.</param>
    /// <param name="subject">To what.</param>
    /// <returns>Why what was to be told must not be done, or null.</returns>
    private protected CacheKitException? TryAudit(AuditEvent kind, in AuditSubject subject)
    {
        if (_audit is null)
        {
            return null;
        }

        try
        {
            if (_audit.Record(kind, subject, AuditOrigin, StopToken) is { } failure)
            {
                WriteWarning($"{failure.Message} The script goes on without it. {failure.RecommendedAction}");
            }

            return null;
        }
        catch (CacheKitException failure)
        {
            return failure;
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }
}
