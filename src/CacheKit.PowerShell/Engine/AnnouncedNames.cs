using System.Collections.Concurrent;

namespace CacheKit.Engine;

/// <summary>The names that the engine's call sites have been told of: once in a process is enough.</summary>
internal static class AnnouncedNames
{
    /// <summary>Names come from data: a cache of hashtables turned to objects must not grow for ever.</summary>
    private const int MostNames = 10_000;

    private static readonly ConcurrentDictionary<string, bool> s_names = new(StringComparer.Ordinal);

    /// <summary>Tells of a name, unless that was done before.</summary>
    /// <param name="name">The name of a member.</param>
    /// <param name="announce">Tells the engine.</param>
    public static void Announce(string name, Action<string> announce)
    {
        if (s_names.ContainsKey(name))
        {
            return;
        }

        announce(name);
        if (s_names.Count < MostNames)
        {
            s_names.TryAdd(name, true);
        }
    }
}
