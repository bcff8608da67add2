using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Sessions;

namespace CacheKit.Execution;

/// <summary>
/// What a running cmdlet lends to those who work for it: its streams, waiting that Ctrl+C ends, errors of the
/// catalogue, and the audit log of its session.
/// </summary>
/// <param name="cmdlet">The cmdlet.</param>
internal sealed class CommandContext(PSCmdlet cmdlet) : IDisposable
{
    // Made at the first wait: a hit in memory never waits.
    private CancellationTokenSource? _stop;
    private volatile bool _isStopping;
    private Stack<IDisposable>? _kept;
    private AuditTrail? _audit;

    /// <summary>The cmdlet.</summary>
    public PSCmdlet Cmdlet => cmdlet;

    /// <summary>Cancelled by Ctrl+C.</summary>
    public CancellationToken StopToken
    {
        get
        {
            if (_stop is null)
            {
                Volatile.Write(ref _stop, new CancellationTokenSource());
                if (_isStopping)
                {
                    _stop.Cancel();
                }
            }

            return _stop.Token;
        }
    }

    /// <summary>Whether the user asked this call for verbose lines.</summary>
    public bool HasVerboseSwitch =>
        cmdlet.MyInvocation.BoundParameters.TryGetValue("Verbose", out object? given)
        && given is SwitchParameter { IsPresent: true };

    /// <summary>Whether the session has an audit log. A hit in memory asks no more than this.</summary>
    public bool IsAudited => _audit is not null;

    /// <summary>Ctrl+C, on another thread.</summary>
    public void Stop()
    {
        _isStopping = true;
        try
        {
            Volatile.Read(ref _stop)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The cmdlet ended meanwhile.
        }
    }

    /// <summary>Whether the user gave a parameter.</summary>
    /// <param name="parameter">Its name.</param>
    public bool IsGiven(string parameter) => cmdlet.MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>Keeps something until the command ends.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="owned">What is disposed of then, the last one first.</param>
    public T Keep<T>(T owned)
        where T : class, IDisposable
    {
        _kept ??= [];
        _kept.Push(owned);
        return owned;
    }

    /// <summary>Frees what a wait needed, and what was kept.</summary>
    public void Dispose()
    {
        _stop?.Dispose();
        while (_kept is not null && _kept.TryPop(out IDisposable? owned))
        {
            owned.Dispose();
        }
    }

    /// <summary>
    /// Takes a cache of the session for the rest of the command, and tells its audit log from then on.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="mode">Which of the tenant's caches.</param>
    /// <exception cref="CacheKitException">The session is closed, or the configuration is not usable.</exception>
    public EntryCache Rent(SessionInForce session, CacheMode mode)
    {
        EntryCache cache = session.Rent(mode);
        AuditInto(mode.IsEncrypted ? session.Audit : null);
        return cache;
    }

    /// <summary>
    /// Runs work that may wait, on another thread, and waits for it on the pipeline's: Ctrl+C ends the wait at once,
    /// even where the work does not listen. Meanwhile the work can run blocks here (<see cref="PipelineDispatcher"/>).
    /// </summary>
    /// <typeparam name="T">What the work returns.</typeparam>
    /// <param name="work">The work; it must not touch the cmdlet.</param>
    public T Wait<T>(Func<CancellationToken, ValueTask<T>> work)
    {
        CancellationToken token = StopToken;
        return WaitFor(() => Task.Run(() => work(token).AsTask(), CancellationToken.None), token)
            .GetAwaiter().GetResult();
    }

    /// <summary>As <see cref="Wait{T}"/>, for work without a result.</summary>
    /// <param name="work">The work; it must not touch the cmdlet.</param>
    public void Wait(Func<CancellationToken, ValueTask> work)
    {
        CancellationToken token = StopToken;
        WaitFor(() => Task.Run(() => work(token).AsTask(), CancellationToken.None), token).GetAwaiter().GetResult();
    }

    /// <summary>Asks the store for something. A fault of it is an error, and does not end the command.</summary>
    /// <typeparam name="T">The answer.</typeparam>
    /// <param name="cache">The cache on the store.</param>
    /// <param name="work">Asks.</param>
    /// <param name="otherwise">The answer when there is a fault.</param>
    public T Ask<T>(EntryCache cache, Func<CancellationToken, ValueTask<T>> work, T otherwise)
    {
        try
        {
            T answer = Wait(work);
            WriteNotices(cache);
            return answer;
        }
        catch (StoreException fault)
        {
            WriteNotices(cache);
            WriteError(StoreFailures.From(fault));
            return otherwise;
        }
    }

    /// <summary>Lists what lies in the store, a page at a time. A fault of it ends the listing with an error.</summary>
    /// <typeparam name="T">A page.</typeparam>
    /// <param name="cache">The cache on the store.</param>
    /// <param name="steps">The listing, which is over when this returns.</param>
    /// <param name="action">What to do with a page; the store is free meanwhile.</param>
    /// <returns>Whether it came to its end.</returns>
    public bool ForEachPage<T>(EntryCache cache, ListingSteps<T> steps, Action<T> action)
    {
        try
        {
            while (MoveNext() is { } hasPage)
            {
                if (!hasPage)
                {
                    return true;
                }

                action(steps.Current);
            }

            return false;
        }
        finally
        {
            // A step that Ctrl+C left may still be under way: nobody waits for it.
            _ = steps.DisposeAsync().AsTask();
        }

        bool? MoveNext() => Ask<bool?>(
            cache, async stop => await steps.MoveNextAsync(stop).ConfigureAwait(false), otherwise: null);
    }

    /// <summary>Ends the command with an error, past whoever catches failures.</summary>
    /// <param name="failure">The failure.</param>
    [DoesNotReturn]
    public void Throw(CacheKitException failure)
    {
        cmdlet.ThrowTerminatingError(ErrorRecords.From(failure));
        throw failure;
    }

    /// <summary>Writes an error; the command goes on.</summary>
    /// <param name="failure">The failure.</param>
    public void WriteError(CacheKitException failure) => cmdlet.WriteError(ErrorRecords.From(failure));

    /// <summary>Tells what happened to the store: an error where the configuration is wrong, else a warning.</summary>
    /// <param name="cache">The cache.</param>
    public void WriteNotices(EntryCache cache)
    {
        while (cache.TryTakeNotice(out CacheNotice? notice))
        {
            if (notice.Error is { } error)
            {
                WriteError(error);
            }
            else
            {
                cmdlet.WriteWarning(notice.Text);
            }
        }
    }

    /// <summary>Where what this command does is told from now on; null for nowhere.</summary>
    /// <param name="trail">The session's.</param>
    public void AuditInto(AuditTrail? trail) => _audit = trail;

    /// <summary>
    /// Records what is done with an entry in the session's audit log, if it has one. Where that cannot be, and must be,
    /// the command ends.
    /// </summary>
    /// <param name="kind">What is done.</param>
    /// <param name="key">The entry.</param>
    public void Audit(AuditEvent kind, in EntryKey key)
    {
        if (IsAudited && !key.IsPlain && TryAudit(kind, AuditSubject.Of(key)) is { } failure)
        {
            Throw(failure);
        }
    }

    /// <summary>As <see cref="Audit(AuditEvent, in EntryKey)"/>, for several entries at once.</summary>
    /// <param name="kind">What is done.</param>
    /// <param name="keys">The keys of their tenant.</param>
    /// <param name="namespace">Their namespace, or null for all of the tenant.</param>
    /// <param name="count">How many they are, or null.</param>
    public void Audit(AuditEvent kind, TenantKeys keys, string? @namespace, long? count)
    {
        if (IsAudited && TryAudit(kind, AuditSubject.Of(keys, @namespace, count)) is { } failure)
        {
            Throw(failure);
        }
    }

    /// <summary>
    /// Records an event in the session's audit log. A log that need not be written is only warned of.
    /// </summary>
    /// <param name="kind">What is done.</param>
    /// <param name="subject">To what.</param>
    /// <returns>Why what was to be told must not be done, or null.</returns>
    public CacheKitException? TryAudit(AuditEvent kind, in AuditSubject subject)
    {
        if (_audit is null)
        {
            return null;
        }

        AuditSource source = new(cmdlet.MyInvocation.ScriptName, cmdlet.MyInvocation.ScriptLineNumber);
        try
        {
            if (_audit.Record(kind, subject, source, StopToken) is { } failure)
            {
                cmdlet.WriteWarning(
                    $"{failure.Message} The script goes on without it. {failure.RecommendedAction}");
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

    /// <summary>Waits for a task; it has ended when this returns.</summary>
    private T WaitFor<T>(Func<T> start, CancellationToken token)
        where T : Task
    {
        T? started = null;
        try
        {
            T task = PipelineDispatcher.RunUntilDone(cmdlet, () => started = start(), token);
            if (task.IsCompleted && !(token.IsCancellationRequested && !task.IsCompletedSuccessfully))
            {
                return task;
            }
        }
        catch (PipelineStoppedException)
        {
            // A block of the store was stopped: the work goes on without it.
        }

        started?.ContinueWith(
            DisposeResult, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        throw new PipelineStoppedException();
    }

    /// <summary>What was fetched for nobody may hold clear text; a failure of it is nobody's either.</summary>
    private static void DisposeResult(Task task)
    {
        _ = task.Exception;
        switch (task)
        {
            case Task<LookupResult> { IsCompletedSuccessfully: true } lookup:
                lookup.Result.Dispose();
                break;
            case Task<ComputeTurn> { IsCompletedSuccessfully: true } turn:
                Task.Run(() => turn.Result.AbandonAsync().AsTask());
                break;
            case Task<IReadOnlyList<LookupResult>> { IsCompletedSuccessfully: true } lookups:
                foreach (LookupResult result in lookups.Result)
                {
                    result.Dispose();
                }

                break;
        }
    }
}
