using System.Runtime.CompilerServices;

namespace CacheKit.Sessions;

/// <summary>The sessions of this process that are open. One that nobody uses any more is not kept by this.</summary>
internal static class OpenSessions
{
    private static readonly ConditionalWeakTable<SessionCaches, CacheKitSession> s_open = [];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CacheKitSession> All() =>
        [.. s_open.Select(pair => pair.Value).Where(session => !session.IsClosed)];

    /// <summary>A session was made.</summary>
    /// <param name="caches">What it and what is derived from it share.</param>
    /// <param name="session">The session.</param>
    public static void Add(SessionCaches caches, CacheKitSession session) => s_open.Add(caches, session);

    /// <summary>Closes every session.</summary>
    public static void CloseAll()
    {
        foreach (CacheKitSession session in All())
        {
            session.Dispose();
        }
    }
}
