using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace CacheKit.Sessions;

/// <summary>
/// The sessions in force in each runspace: those of Use-CacheKitSession blocks, the innermost first, and the one that
/// New-CacheKitSession -AsDefault made. A runspace is used by one thread at a time.
/// </summary>
internal sealed class SessionScopes
{
    private static readonly ConditionalWeakTable<Runspace, SessionScopes> s_runspaces = [];

    // Without any in the process, a hit in memory does not look for its runspace's.
    private static volatile bool s_isUsed;

    private readonly Stack<CacheKitSession?> _scopes = new();
    private CacheKitSession? _default;

    /// <summary>The session in force in this runspace, or null for the one that the environment configures.</summary>
    public static CacheKitSession? Current => s_isUsed ? OfThisRunspace()?.Innermost() : null;

    /// <summary>This runspace's default, or null.</summary>
    public static CacheKitSession? Default => s_isUsed ? OfThisRunspace()?.OpenDefault() : null;

    /// <summary>Enters a scope; leaving it restores what was in force before.</summary>
    /// <param name="session">The session; null puts nothing in force but the default.</param>
    public static Scope Enter(CacheKitSession? session)
    {
        SessionScopes scopes = ForThisRunspace();
        scopes._scopes.Push(session);
        return new Scope(scopes);
    }

    /// <summary>Takes the innermost scope out of force, until what is returned is left.</summary>
    public static Scope Suspend()
    {
        SessionScopes scopes = ForThisRunspace();
        return new Scope(scopes, scopes._scopes.Pop());
    }

    /// <summary>Makes a session the default of this runspace.</summary>
    /// <param name="session">The session.</param>
    public static void SetDefault(CacheKitSession session) => ForThisRunspace()._default = session;

    private static SessionScopes? OfThisRunspace() =>
        Runspace.DefaultRunspace is { } runspace && s_runspaces.TryGetValue(runspace, out SessionScopes? scopes) ? scopes : null;

    private static SessionScopes ForThisRunspace()
    {
        s_isUsed = true;
        return s_runspaces.GetOrCreateValue(Runspace.DefaultRunspace);
    }

    private CacheKitSession? Innermost() => _scopes.TryPeek(out CacheKitSession? session) ? session : OpenDefault();

    /// <summary>A default that was closed is none any more.</summary>
    private CacheKitSession? OpenDefault()
    {
        _default = _default is { IsClosed: true } ? null : _default;
        return _default;
    }

    /// <summary>A scope that was entered or suspended; disposing of it goes back.</summary>
    public readonly struct Scope : IDisposable
    {
        private readonly SessionScopes _scopes;
        private readonly CacheKitSession? _suspended;
        private readonly bool _isSuspension;

        internal Scope(SessionScopes scopes)
        {
            _scopes = scopes;
        }

        internal Scope(SessionScopes scopes, CacheKitSession? suspended)
        {
            _scopes = scopes;
            _suspended = suspended;
            _isSuspension = true;
        }

        /// <summary>Goes back to what was in force before.</summary>
        public void Dispose()
        {
            if (_isSuspension)
            {
                _scopes._scopes.Push(_suspended);
            }
            else
            {
                _scopes._scopes.Pop();
            }
        }
    }
}
