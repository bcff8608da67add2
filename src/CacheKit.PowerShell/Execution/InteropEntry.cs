using CacheKit.CacheKeys;
using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Execution;

/// <summary>The entry of an operation and its arguments, which other languages share.</summary>
internal sealed class InteropEntry
{
    private readonly CommandContext _context;
    private readonly CallIdentity _identity;

    private InteropEntry(CommandContext context, CallIdentity identity, EntryCache cache)
    {
        _context = context;
        _identity = identity;
        Cache = cache;
    }

    /// <summary>The cache of such entries.</summary>
    public EntryCache Cache { get; }

    /// <summary>Finds the entry that the parameters of a cmdlet name.</summary>
    /// <param name="context">The cmdlet.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="session">The session in force.</param>
    /// <exception cref="CacheKitException">What they say cannot be, or the session cannot be used.</exception>
    public static InteropEntry Open(CommandContext context, IItemParameters parameters, SessionInForce session)
    {
        bool isNamed = context.IsGiven(nameof(IItemParameters.Namespace));
        string? @namespace = isNamed ? parameters.Namespace
            : session.Defaults.HasNamespace ? session.Defaults.Namespace
            : null;
        InteropRules.CheckNames(parameters.Interop, @namespace);
        if (context.IsGiven(nameof(IItemParameters.ArgumentList)))
        {
            InteropRules.CheckArguments(parameters.ArgumentList);
        }

        CallIdentity identity = new(
            context.Cmdlet, @namespace!, arguments: parameters.ArgumentList, operation: parameters.Interop);
        return new InteropEntry(context, identity, context.Rent(session, CacheMode.Interop));
    }

    /// <summary>Where the entry lies.</summary>
    /// <exception cref="CacheKitException">Other languages do not have such arguments.</exception>
    public EntryKeys Keys() => _identity.KeysFor(Cache, default);

    /// <summary>Says that there is no such entry.</summary>
    /// <param name="keys">Where it would lie.</param>
    public void TellNotFound(EntryKeys keys)
    {
        string display = $"{_identity.Namespace}:{_identity.Operation}";
        _context.WriteError(Cache.IsStoreUnreadable
            ? new CacheKitException(
                ErrorIds.StoreUnavailable,
                $"Whether there is an entry of '{display}' is not known: {Cache.StoreName} cannot be read.",
                "See Test-CacheKitSession, and try again.",
                target: _identity.Operation)
            : new CacheKitException(
                ErrorIds.ItemNotFound,
                $"There is no entry of '{display}' with these arguments ({keys.Current}).",
                "Get-CacheKitKey -Interop shows what the key is made of; all participants must agree on it.",
                target: _identity.Operation));
    }

    /// <summary>Tells of an entry that cannot be used: a warning, or an error.</summary>
    /// <param name="outcome">Whether it is authentic.</param>
    /// <param name="problem">What more is known of it, or null.</param>
    /// <param name="keys">Where it lies.</param>
    /// <param name="isError">Whether it is an error.</param>
    public void TellUnsound(LookupOutcome outcome, string? problem, EntryKeys keys, bool isError)
    {
        UnsoundEntry entry = new(
            outcome == LookupOutcome.Malformed, keys.Current.ToString(), problem, "-Interop", _identity.Operation);
        entry.Tell(_context, Cache.StoreName, isError);
    }
}
