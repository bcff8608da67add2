using CacheKit.Core.Caching;
using CacheKit.Core.Keys;

namespace CacheKit.Sessions;

/// <summary>
/// The session of a script that names none: made from the environment at the first use, shared by all runspaces of
/// the process, and made anew when the environment says something else.
/// </summary>
/// <remarks>
/// Callers hold a lease. A session that was replaced is closed, and its keys are zeroed, when its last lease ends.
/// </remarks>
internal sealed class ImplicitSession : IDisposable
{
    private static readonly object s_gate = new();
    private static ImplicitSession? s_current;

    private readonly CacheKitEnvironment _environment;
    // One for being current, and one for each lease; at zero it is closed, and stays so.
    private int _holders = 1;

    private ImplicitSession(CacheKitEnvironment environment)
    {
        _environment = environment;
        Cache = SecureCacheFactory.Create(environment, TimeProvider.System);
    }

    /// <summary>The session's cache.</summary>
    public SecureCache Cache { get; }

    /// <summary>Takes a lease on the session that the environment configures now.</summary>
    /// <exception cref="Core.Diagnostics.CacheKitException">The configuration is not usable.</exception>
    public static ImplicitSession Rent()
    {
        ImplicitSession? session = Volatile.Read(ref s_current);
        return session is not null && session._environment.IsCurrent() && session.TryHold() ? session : RentNew();
    }

    /// <summary>Closes the current session as soon as nobody uses it.</summary>
    public static void Retire() => Interlocked.Exchange(ref s_current, null)?.Dispose();

    /// <summary>Ends a lease.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            // Nothing is under way any more, so that closing does not wait.
            Cache.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static ImplicitSession RentNew()
    {
        lock (s_gate)
        {
            ImplicitSession? session = s_current;
            if (session is not null && session._environment.IsCurrent() && session.TryHold())
            {
                return session;
            }

            // What the environment said before is void, even when what it says now cannot be used.
            Retire();
            session = new ImplicitSession(CacheKitEnvironment.Capture());
            session.TryHold();
            Volatile.Write(ref s_current, session);
            return session;
        }
    }

    private bool TryHold()
    {
        int holders = Volatile.Read(ref _holders);
        while (holders > 0)
        {
            int seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders)
            {
                return true;
            }

            holders = seen;
        }

        return false;
    }
}
