using CacheKit.Core.Caching;
using CacheKit.Core.Keys;

namespace CacheKit.Sessions;

/// <summary>
/// The session of a script that names none: made from the environment at the first use, shared by all runspaces of
/// the process, and made anew when the environment says something else.
/// </summary>
internal sealed class ImplicitSession : CacheLease
{
    private static readonly object s_gate = new();
    private static ImplicitSession? s_current;
    private static ImplicitSession? s_currentPlain;

    private readonly CacheKitEnvironment _environment;

    private ImplicitSession(CacheKitEnvironment environment, EntryCache cache)
        : base(cache)
    {
        _environment = environment;
    }

    /// <summary>Takes a lease on the session that the environment configures now.</summary>
    /// <exception cref="Core.Diagnostics.CacheKitException">The configuration is not usable.</exception>
    public static CacheLease Rent() =>
        TryRent(ref s_current) ?? RentNew(ref s_current, static environment => CacheFactory.Create(environment, TimeProvider.System));

    /// <summary>Takes a lease on the session for public data, which needs no key.</summary>
    /// <exception cref="Core.Diagnostics.CacheKitException">The configuration is not usable.</exception>
    public static CacheLease RentPlain() =>
        TryRent(ref s_currentPlain)
        ?? RentNew(ref s_currentPlain, static environment => CacheFactory.CreatePlain(environment, TimeProvider.System));

    /// <summary>Closes the current sessions as soon as nobody uses them.</summary>
    public static void Retire()
    {
        Retire(ref s_current);
        Retire(ref s_currentPlain);
    }

    private static void Retire(ref ImplicitSession? current) => Interlocked.Exchange(ref current, null)?.Dispose();

    private static ImplicitSession? TryRent(ref ImplicitSession? current)
    {
        ImplicitSession? session = Volatile.Read(ref current);
        return session is not null && session._environment.IsCurrent() && session.TryHold() ? session : null;
    }

    private static ImplicitSession RentNew(ref ImplicitSession? current, Func<CacheKitEnvironment, EntryCache> open)
    {
        lock (s_gate)
        {
            if (TryRent(ref current) is { } other)
            {
                return other;
            }

            // What the environment said before is void, even when what it says now cannot be used.
            Retire(ref current);
            CacheKitEnvironment environment = CacheKitEnvironment.Capture();
            ImplicitSession session = new(environment, open(environment));
            session.TryHold();
            Volatile.Write(ref current, session);
            return session;
        }
    }
}
