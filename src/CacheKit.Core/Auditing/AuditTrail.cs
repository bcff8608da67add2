using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Auditing;

/// <summary>
/// The audit trail of a session: a log, and what happens when it cannot be written. Safe for concurrent use, also with
/// the trails of other sessions and processes over the same log.
/// </summary>
public sealed class AuditTrail : IDisposable
{
    private readonly AuditFile _file;
    private volatile bool _isFailing;
    private int _isDisposed;

    private AuditTrail(AuditFile file, bool isRequired)
    {
        _file = file;
        IsRequired = isRequired;
    }

    /// <summary>The full path of the log.</summary>
    public string Path => _file.Path;

    /// <summary>Whether nothing may happen that cannot be told.</summary>
    public bool IsRequired { get; }

    /// <summary>Opens a trail. The log itself is made by the first line.</summary>
    /// <param name="path">The full path of the log.</param>
    /// <param name="isRequired">Whether nothing may happen that cannot be told.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.AuditLogUnusable"/> or
    /// <see cref="ErrorIds.AuditLogTooOpen"/>.</exception>
    public static AuditTrail Open(string path, bool isRequired, TimeProvider clock) =>
        new(AuditFile.Hold(System.IO.Path.GetFullPath(path), clock), isRequired);

    /// <summary>Adds a line: some tens of microseconds, up to five seconds while others write.</summary>
    /// <param name="event">What happened, or is about to.</param>
    /// <param name="subject">To what; a plain entry is passed over.</param>
    /// <param name="source">Where it was asked for.</param>
    /// <param name="cancellationToken">Ends the wait for other writers.</param>
    /// <returns>What the user is to be warned of, or null: once an outage.</returns>
    /// <exception cref="CacheKitException">There is no such line, and it is required.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up: there is no such line.</exception>
    public CacheKitException? Record(
        AuditEvent @event,
        in AuditSubject subject,
        in AuditSource source,
        CancellationToken cancellationToken)
    {
        if (subject.IsPlain)
        {
            return null;
        }

        try
        {
            _file.Append(@event, subject, source, cancellationToken);
            _isFailing = false;
            return null;
        }
        catch (CacheKitException failure) when (!IsRequired)
        {
            bool isTold = _isFailing;
            _isFailing = true;
            return isTold ? null : failure;
        }
    }

    /// <summary>Ends the trail. A call that is still under way may go on recording.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _file.Dispose();
        }
    }
}
