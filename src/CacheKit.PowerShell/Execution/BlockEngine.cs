using System.Diagnostics;
using System.Management.Automation;
using CacheKit.CacheKeys;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Engine;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Execution;

/// <summary>
/// Answers calls of a block: from memory, from the store, from another runspace or process that computes the same, or
/// by running the block and storing what it gives. Its cmdlet only says what is called, and how.
/// </summary>
internal sealed class BlockEngine
{
    /// <summary>How often a key that changes while its entry is looked for is followed.</summary>
    private const int MostChanges = 3;

    private static readonly TimeSpan s_patienceOfCtrlC = TimeSpan.FromMilliseconds(100);

    private readonly CommandContext _context;
    private readonly PSCmdlet _cmdlet;
    private readonly ScriptBlock _block;
    private readonly CallIdentity _identity;
    private readonly CallOptions _options;
    private readonly EntryCache _cache;
    private readonly CacheStatistics? _statistics;
    private readonly BlockResults _results;

    // Made at the first object of a pipeline in which objects may wait for each other.
    private CallBatch<PendingCall>? _batch;

    // Found out at the first object of a pipeline that memory does not have: its commands have their arguments by then.
    private bool? _mayWait;

    // How often the block has run: what it changes, it may have changed for those that wait.
    private int _runs;

    // When the call began; zero for one of a batch, which shares its time with others.
    private long _callStart;

    /// <summary>Makes an engine.</summary>
    /// <param name="context">The cmdlet that answers.</param>
    /// <param name="block">The block.</param>
    /// <param name="identity">What identifies its entries.</param>
    /// <param name="options">How it is answered.</param>
    /// <param name="cache">
    /// The cache, which stays open as long as the engine is used; null where the options bypass it.
    /// </param>
    /// <param name="statistics">Where calls count, or null.</param>
    public BlockEngine(
        CommandContext context,
        ScriptBlock block,
        CallIdentity identity,
        CallOptions options,
        EntryCache? cache,
        CacheStatistics? statistics)
    {
        _context = context;
        _cmdlet = context.Cmdlet;
        _block = block;
        _identity = identity;
        _options = options;
        _cache = cache!;
        _statistics = statistics;
        _results = new BlockResults(context, identity, options, cache!);
    }

    /// <summary>
    /// Makes the engine of a cmdlet: what its parameters say is an error before anything else happens.
    /// </summary>
    /// <param name="context">The cmdlet.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="session">The session in force.</param>
    /// <param name="mode">Which of the tenant's caches it uses for entries that other languages do not share.</param>
    /// <param name="failClosed">Whether an entry that is not authentic ends the command.</param>
    /// <exception cref="CacheKitException">What they say cannot be, or the session cannot be used.</exception>
    public static BlockEngine Open(
        CommandContext context,
        ICachingParameters parameters,
        SessionInForce session,
        CacheMode mode,
        bool failClosed = false)
    {
        PSCmdlet cmdlet = context.Cmdlet;
        ScriptBlock block = parameters.ScriptBlock;
        Dictionary<string, object> given = cmdlet.MyInvocation.BoundParameters;
        CallIdentity identity = CallIdentity.Of(cmdlet, parameters, block, session.Defaults);
        CallOptions options = new(parameters, given, session.Defaults, failClosed);
        if (identity.IsInterop)
        {
            mode = mode.IsEncrypted ? CacheMode.Interop : CacheMode.PlainInterop;
        }

        if (options.Bypass)
        {
            return new BlockEngine(context, block, identity, options, null, session.FindStatistics(mode));
        }

        bool hasInput = cmdlet.MyInvocation.ExpectingInput || given.ContainsKey("InputObject");
        if (identity.IsInterop && !given.ContainsKey(nameof(IKeyParameters.ArgumentList)) && !hasInput)
        {
            WarnOfVariables(cmdlet, block, identity);
        }

        EntryCache cache = context.Rent(session, mode);
        if (mode == CacheMode.Plain)
        {
            CheckNamespace(context, cache, identity.Namespace);
        }

        return new BlockEngine(context, block, identity, options, cache, cache.Statistics);
    }

    /// <summary>Answers now, or together with later calls of the same pipeline.</summary>
    /// <param name="input">The input object.</param>
    /// <exception cref="CacheKitException">What was found, or what identifies the call, ends the command.</exception>
    public void Answer(CallInput input)
    {
        if (_options.Bypass)
        {
            _statistics?.Count(CallOutcome.Bypassed);
            CallOf(input).Run().Write();
        }
        else if (_cmdlet.MyInvocation.ExpectingInput)
        {
            AnswerWithOthers(input);
        }
        else
        {
            AnswerNow(input);
        }
    }

    /// <summary>Answers the calls that still wait.</summary>
    /// <exception cref="CacheKitException">What was found ends the command.</exception>
    public void Flush()
    {
        if (_batch is null or { IsEmpty: true })
        {
            return;
        }

        PendingCall[] calls = _batch.TakeAll();
        int runs = _runs;
        using LookupBatch found =
            LookupBatch.Find(_context, _cache, [.. calls.Select(call => call.Keys)], _options.FailClosed);
        for (int i = 0; i < calls.Length; i++)
        {
            if (_runs == runs || !HasChanged(calls[i].Keys, calls[i].Input, out _))
            {
                AnswerPending(calls[i], ref found[i]);
            }
            else
            {
                // The block of an object before it changed what it would see now.
                AnswerNow(calls[i].Input);
            }
        }
    }

    private void AnswerWithOthers(CallInput input)
    {
        _callStart = Stopwatch.GetTimestamp();
        EntryKeys keys = _identity.KeysFor(_cache, input);
        if (_batch is null or { IsEmpty: true }
            && !_options.Refresh
            && TryAnswerFromMemory(keys, CallOutcome.MemoryHit))
        {
            return;
        }

        _mayWait ??= MayWait();
        if (_mayWait == false)
        {
            AnswerUnder(keys, input, changes: 0);
            return;
        }

        _batch ??= new CallBatch<PendingCall>();
        if (_batch.Add(new PendingCall(input, keys)))
        {
            Flush();
        }
    }

    /// <summary>
    /// Whether an object may wait for later ones: not if anything but the block could change what the block reads. A
    /// refresh looks for nothing, so that there is nothing to do together.
    /// </summary>
    private bool MayWait() =>
        !_options.Refresh
        && !(_identity.VaryBy ?? []).Any(value => ScriptArguments.IsOrHolds(value))
        && PipelineNeighbours.AreInert(_cmdlet);

    private void AnswerNow(CallInput input)
    {
        _callStart = Stopwatch.GetTimestamp();
        AnswerUnder(_identity.KeysFor(_cache, input), input, changes: 0);
    }

    /// <summary>Answers a call, whose key may change while its entry is looked for.</summary>
    private void AnswerUnder(EntryKeys? keys, CallInput input, int changes)
    {
        while (keys is not null && (_options.Refresh || !TryAnswerFromMemory(keys, CallOutcome.MemoryHit)))
        {
            keys = Resolve(keys, input, isStoreAsked: _options.Refresh, isLast: changes == MostChanges);
            changes++;
        }
    }

    private void AnswerPending(PendingCall call, ref LookupResult found)
    {
        _callStart = 0;
        EndIf(_results.AuditRefusal(found, call.Keys));
        if (found.Outcome == LookupOutcome.Hit && _results.TryOpen(found.Entry, call.Keys, out object?[] output))
        {
            Count(found.IsLocal ? CallOutcome.MemoryHit : CallOutcome.StoreHit);
            found.Dispose();
            found = default;
            _cmdlet.WriteVerbose($"Hit: {call.Keys.Current}.");
            Write(output);
            return;
        }

        if (found.Outcome == LookupOutcome.Hit)
        {
            EndIf(_results.DropOrRefuse(call.Keys));
        }

        EntryKeys? changed = Resolve(call.Keys, call.Input, isStoreAsked: true, isLast: false);
        AnswerUnder(changed, call.Input, changes: 1);
    }

    /// <summary>There is no entry in memory: one runspace looks and computes, the others wait for it.</summary>
    /// <returns>Null when the call is answered; else the key that it has by now.</returns>
    private EntryKeys? Resolve(EntryKeys keys, CallInput input, bool isStoreAsked, bool isLast)
    {
        FlightResult? shared = default(FlightResult);
        // Each round is after a flight that left an entry, or that was given up.
        while (shared is { Outcome: FlightOutcome.Abandoned or FlightOutcome.Found })
        {
            Flight flight = _cache.Flights.Enter(keys, out bool isLeader);
            if (isLeader)
            {
                return Lead(keys, input, flight, isStoreAsked, isLast);
            }

            RefuseOwn(flight);
            // A refresh does not take what was begun before it was asked for.
            isStoreAsked = false;
            shared = _options.Refresh ? new FlightResult(FlightOutcome.NotCached) : WaitFor(flight, keys);
            if (shared?.Entry is { } entry
                ? TryAnswerWith(entry, keys)
                : shared is not null && TryAnswerFromMemory(keys, CallOutcome.Shared))
            {
                return null;
            }
        }

        return ComputeUnlessChanged(keys, input, flight: null, isLast);
    }

    /// <summary>Looks and computes for everybody who asks for the key meanwhile.</summary>
    /// <returns>Null when the call is answered; else the key that it has by now.</returns>
    private EntryKeys? Lead(EntryKeys keys, CallInput input, Flight flight, bool isStoreAsked, bool isLast)
    {
        using (flight)
        {
            if (!_options.Refresh && TryFind(keys, flight, isStoreAsked, out object?[] output) is { } outcome)
            {
                flight.Complete(new FlightResult(FlightOutcome.Found));
                Count(outcome);
                Write(output);
                return null;
            }

            try
            {
                return ComputeUnlessChanged(keys, input, flight, isLast);
            }
            finally
            {
                GiveBackTurn(flight);
            }
        }
    }

    /// <summary>Looks once more, and else takes the turn.</summary>
    /// <returns>Where the entry was; null when it is to be computed.</returns>
    private CallOutcome? TryFind(EntryKeys keys, Flight flight, bool isStoreAsked, out object?[] output)
    {
        // Another flight may have ended between looking and taking off.
        if (TryFindInMemory(keys, out output))
        {
            return CallOutcome.MemoryHit;
        }

        bool failClosed = _options.FailClosed;
        if (!isStoreAsked && TryUse(keys, _context.Wait(stop => _cache.GetAsync(keys, failClosed, stop)), out output))
        {
            return CallOutcome.StoreHit;
        }

        return TryTakeTurn(keys, flight, out output) ? null : CallOutcome.Shared;
    }

    /// <summary>Takes the turn among all processes, if there is a way to.</summary>
    /// <returns>Whether to compute. If not, another process has done it.</returns>
    private bool TryTakeTurn(EntryKeys keys, Flight flight, out object?[] output)
    {
        bool failClosed = _options.FailClosed;
        TimeSpan timeout = _options.LockTimeout;
        ComputeTurn turn =
            _context.Wait(stop => _cache.TakeTurnAsync(keys, failClosed, TimeSpan.Zero, timeout, stop));
        if (turn.IsContested)
        {
            _cmdlet.WriteVerbose($"Waiting for another process: {keys.Current}.");
            turn = _context.Wait(stop => _cache.TakeTurnAsync(keys, failClosed, timeout, timeout, stop));
        }

        flight.Lease = turn.Lease;
        if (TryUse(keys, turn.Lookup, out output))
        {
            return false;
        }

        if (turn.IsContested)
        {
            _cmdlet.WriteVerbose($"Not waiting any longer: {keys.Current}.");
        }

        return true;
    }

    /// <summary>Lets the next process compute, before anything is written that may take its time.</summary>
    private void GiveBackTurn(Flight? flight)
    {
        if (flight?.Lease is not { } lease)
        {
            return;
        }

        flight.Lease = null;
        if (_context.StopToken.IsCancellationRequested)
        {
            // Ctrl+C does not wait for a slow store: the turn ends by itself then.
            Task.Run(() => lease.DisposeAsync().AsTask()).Wait(s_patienceOfCtrlC);
            return;
        }

        _context.Wait(_ => lease.DisposeAsync());
    }

    private void RefuseOwn(Flight flight)
    {
        if (flight.IsOwn)
        {
            throw new CacheKitException(
                ErrorIds.RecursiveKey,
                "The block asks for its own result while it is being computed.",
                _identity.IsInterop
                    ? "Give the inner call another -ArgumentList, or let the block compute what it needs itself."
                    : "Give the inner call another -Key, or let the block compute what it needs itself.");
        }
    }

    private FlightResult? WaitFor(Flight flight, EntryKeys keys)
    {
        _cmdlet.WriteVerbose($"Waiting for another runspace: {keys.Current}.");
        TimeSpan timeout = _options.LockTimeout;
        FlightResult? result = _context.Wait(stop => flight.WaitAsync(timeout, stop));
        if (result is null)
        {
            _cmdlet.WriteVerbose($"Not waiting any longer: {keys.Current}.");
        }

        return result;
    }

    /// <summary>
    /// Computes what no entry was found for, if the block would still see what its key was derived from: since then,
    /// others were waited for, and blocks of the user ran.
    /// </summary>
    /// <param name="keys">The key.</param>
    /// <param name="input">The input object.</param>
    /// <param name="flight">The flight, or null.</param>
    /// <param name="isLast">Whether to compute in any case. A result without a key that holds is not kept.</param>
    /// <returns>Null when the call is answered; else the key that it has by now.</returns>
    private EntryKeys? ComputeUnlessChanged(EntryKeys keys, CallInput input, Flight? flight, bool isLast)
    {
        bool hasChanged = HasChanged(keys, input, out EntryKeys now);
        if (hasChanged && !isLast)
        {
            return now;
        }

        Compute(keys, CallOf(input), flight, isKept: !hasChanged);
        return null;
    }

    private bool HasChanged(EntryKeys keys, CallInput input, out EntryKeys now)
    {
        now = _identity.KeysFor(_cache, input, willRun: true);
        return now.Current.Id != keys.Current.Id;
    }

    private void Compute(EntryKeys keys, BlockCall call, Flight? flight, bool isKept)
    {
        _cmdlet.WriteVerbose($"{(_options.Refresh ? "Refresh" : "Miss")}: {keys.Current}.");
        if (!_options.Refresh)
        {
            _context.Audit(AuditEvent.Miss, keys.Current);
        }

        long start = Stopwatch.GetTimestamp();
        _runs++;
        BlockOutput output = call.Run();
        _statistics?.CountComputation(Stopwatch.GetElapsedTime(start));
        if (output.HasFailed)
        {
            flight?.Complete(new FlightResult(FlightOutcome.NotCached));
            GiveBackTurn(flight);
            if (output.HasFailure && TryAnswerStale(keys, output))
            {
                return;
            }

            Count(CallOutcome.Failed);
            _cmdlet.WriteVerbose("The block failed or was left early: its result is not cached.");
        }
        else
        {
            if (isKept)
            {
                Store(keys, output, flight);
            }
            else
            {
                _cmdlet.WriteVerbose("What identifies the call changes all the time: its result is not cached.");
            }

            Count(_options.Refresh ? CallOutcome.Refreshed : CallOutcome.Miss);
        }

        // The output goes to commands that may ask for the same key.
        flight?.Complete(new FlightResult(FlightOutcome.NotCached));
        GiveBackTurn(flight);
        output.Write();
    }

    private void Store(EntryKeys keys, BlockOutput output, Flight? flight)
    {
        SealedEntry? entry;
        try
        {
            TimeSpan lifetime = _results.LifetimeOf(output);
            if (lifetime <= TimeSpan.Zero)
            {
                return;
            }

            entry = _results.Seal(keys, output, lifetime);
        }
        catch (CacheKitException failure)
        {
            flight?.Complete(new FlightResult(FlightOutcome.NotCached));
            _context.WriteError(failure);
            return;
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }

        if (entry is not null)
        {
            flight?.Complete(new FlightResult(FlightOutcome.Sealed, entry));
        }

        // What could not be kept must not leave the value before it in force.
        _context.Wait(stop => entry is null ? _cache.RemoveAsync(keys, stop) : _cache.SetAsync(entry, stop));
        _context.WriteNotices(_cache);
    }

    private bool TryAnswerStale(EntryKeys keys, BlockOutput failed)
    {
        if (_options.StaleIfError is not { } grace)
        {
            return false;
        }

        object?[] output;
        using (LookupResult result = _context.Wait(stop => _cache.GetStaleAsync(keys, grace, stop)))
        {
            _context.WriteNotices(_cache);
            if (result.Outcome != LookupOutcome.Hit || !_results.TryOpen(result.Entry, keys, out output))
            {
                return false;
            }
        }

        Count(CallOutcome.Stale);
        _cmdlet.WriteWarning(
            $"The block failed, and an earlier result whose time is over is returned: {failed.FailureText}");
        Write(output);
        return true;
    }

    private bool TryAnswerWith(SealedEntry entry, EntryKeys keys)
    {
        if (!_cache.TryOpen(entry, keys, out OpenedEntry opened))
        {
            return false;
        }

        object?[] output;
        using (opened)
        {
            if (!_results.TryOpen(opened, keys, out output))
            {
                return false;
            }
        }

        Count(CallOutcome.Shared);
        Write(output);
        return true;
    }

    private bool TryAnswerFromMemory(EntryKeys keys, CallOutcome outcome)
    {
        if (!TryFindInMemory(keys, out object?[] output))
        {
            return false;
        }

        Count(outcome);
        Write(output);
        return true;
    }

    private bool TryFindInMemory(EntryKeys keys, out object?[] output)
    {
        output = [];
        if (!_cache.TryGetLocal(keys, out OpenedEntry entry))
        {
            return false;
        }

        using (entry)
        {
            // Looking up $VerbosePreference takes as long as decrypting the entry: here -Verbose alone counts.
            if (_context.HasVerboseSwitch)
            {
                _cmdlet.WriteVerbose($"Hit in memory: {keys.Current}.");
            }

            return _results.TryOpen(entry, keys, out output);
        }
    }

    /// <summary>Opens what the store had, which this disposes of.</summary>
    private bool TryUse(EntryKeys keys, LookupResult found, out object?[] output)
    {
        output = [];
        using LookupResult result = found;
        _context.WriteNotices(_cache);
        EndIf(_results.AuditRefusal(result, keys));
        if (result.Outcome != LookupOutcome.Hit)
        {
            return false;
        }

        _cmdlet.WriteVerbose($"Hit in the store: {keys.Current}.");
        if (_results.TryOpen(result.Entry, keys, out output))
        {
            return true;
        }

        EndIf(_results.DropOrRefuse(keys));
        return false;
    }

    private void EndIf(CacheKitException? failure)
    {
        if (failure is not null)
        {
            Count(CallOutcome.Failed);
            throw failure;
        }
    }

    /// <summary>Each call counts once, by how it was answered, before its output is written.</summary>
    private void Count(CallOutcome outcome)
    {
        if (_callStart == 0)
        {
            _statistics?.Count(outcome);
        }
        else
        {
            _statistics?.Count(outcome, Stopwatch.GetElapsedTime(_callStart));
        }
    }

    private void Write(object?[] output)
    {
        foreach (object? item in output)
        {
            _cmdlet.WriteObject(item);
        }
    }

    private BlockCall CallOf(CallInput input)
    {
        List<KeyValuePair<string, object?>> variables = [.. SilencedFailures.HiddenVariables(_cmdlet, _block)];
        if (_options.NonZeroExitIsError)
        {
            // PowerShell's own way to make native commands count, from 7.4 on.
            variables.Add(KeyValuePair.Create("PSNativeCommandUseErrorActionPreference", (object?)true));
        }

        object?[]? arguments = _identity.IsInterop && input.IsGiven
            ? InteropIdentity.ArgumentsFor(_block, input.Value)
            : _identity.Arguments;
        return new BlockCall(_cmdlet, _block, arguments) { Input = input, Variables = variables };
    }

    /// <summary>Warns, once, of a namespace that holds encrypted entries.</summary>
    private static void CheckNamespace(CommandContext context, EntryCache cache, string @namespace)
    {
        if (!cache.Namespaces.Knows(@namespace))
        {
            context.Wait(stop => cache.Namespaces.CheckAsync(@namespace, stop));
            context.WriteNotices(cache);
        }
    }

    /// <summary>A block in a loop that reads the loop's variable would get the first result each time.</summary>
    private static void WarnOfVariables(PSCmdlet cmdlet, ScriptBlock block, CallIdentity identity)
    {
        if (InteropIdentity.FindForgotten(block) is { } variable)
        {
            cmdlet.WriteWarning(
                $"The block reads {variable}, which is no part of the key of '{identity.Operation}': give it with "
                + "-ArgumentList if the result depends on it.");
        }
    }
}
