using CacheKit.Core.Caching;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage.Memory;
using CacheKit.Parameters;

namespace CacheKit.Sessions;

/// <summary>
/// The session of a script that names none: made from the environment at the first use, shared by all runspaces of
/// the process, and made anew when the environment says something else.
/// </summary>
internal sealed class ImplicitSession : IDisposable
{
    private static readonly object s_gate = new();
    private static ImplicitSession? s_current;

    private readonly CacheKitEnvironment _environment;
    private readonly CacheKitSession _session;

    private ImplicitSession(CacheKitEnvironment environment)
    {
        _environment = environment;
        StoreChoice store = StoreChoice.FromEnvironment(environment);
        // Store and keys are of one moment: another runspace may be changing the variables.
        SessionKeys keys = new(null, null, environment);
        SessionCaches caches = new(store, MemoryTier.DefaultMaxBytes, keys);
        _session = new CacheKitSession(caches, CallDefaults.OfEnvironment)
        {
            IsImplicit = true,
        };
    }

    /// <summary>The session that the environment configures now. It may be closed as soon as this returns.</summary>
    /// <exception cref="Core.Diagnostics.CacheKitException">The configuration is not usable.</exception>
    public static CacheKitSession Current
    {
        get
        {
            ImplicitSession? current = Volatile.Read(ref s_current);
            return current is not null && current.IsCurrent() ? current._session : MakeCurrent();
        }
    }

    /// <summary>Closes the current session as soon as nobody uses it.</summary>
    public static void Retire() => Interlocked.Exchange(ref s_current, null)?.Dispose();

    /// <summary>
    /// Changes what the environment says about keys. No session is made of it meanwhile, and the next one is made of
    /// what it says then.
    /// </summary>
    /// <param name="change">Changes it.</param>
    public static void Change(Action change)
    {
        lock (s_gate)
        {
            change();
            Retire();
        }
    }

    /// <summary>Closes the session as soon as nobody uses it.</summary>
    public void Dispose() => _session.Dispose();

    private static CacheKitSession MakeCurrent()
    {
        lock (s_gate)
        {
            if (s_current is not { } current || !current.IsCurrent())
            {
                // What the environment said before is void, even when what it says now cannot be used.
                Retire();
                current = new ImplicitSession(CacheKitEnvironment.Capture());
                Volatile.Write(ref s_current, current);
            }

            return current._session;
        }
    }

    private bool IsCurrent() => _environment.IsCurrent() && !_session.IsClosed && !_session.Caches.HaveKeysChanged;
}
