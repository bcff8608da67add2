using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Storage;

namespace CacheKit.Backends;

/// <summary>The backends of this process, by name. Safe for concurrent use.</summary>
internal static partial class BackendRegistry
{
    private static readonly ConcurrentDictionary<string, Backend> s_backends = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>All backends, by name.</summary>
    public static IEnumerable<Backend> All => s_backends.Values.OrderBy(
        static backend => backend.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Makes a store of a backend as it is registered now; what happens to the name later does not touch the store. Its
    /// calls have to come from within <c>CommandContext.Wait</c>.
    /// </summary>
    /// <param name="name">The name, of any case.</param>
    /// <param name="clock">The clock that entries expire by.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.BackendNotFound"/>.</exception>
    public static ICacheStore Open(string name, TimeProvider clock) => Find(name).Open(clock);

    /// <summary>Finds a backend.</summary>
    /// <param name="name">Its name, of any case.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.BackendNotFound"/>.</exception>
    public static Backend Find(string name) =>
        TryFind(name, out Backend? backend) ? backend : throw NotFound(name);

    /// <summary>Finds a backend.</summary>
    /// <param name="name">Its name, of any case.</param>
    /// <param name="backend">The backend.</param>
    public static bool TryFind(string name, [NotNullWhen(true)] out Backend? backend) =>
        s_backends.TryGetValue(name, out backend);

    /// <summary>Adds a backend.</summary>
    /// <param name="backend">The backend.</param>
    /// <param name="replace">Whether it takes the place of one of its name.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.BackendExists"/>.</exception>
    public static void Add(Backend backend, bool replace)
    {
        if (replace)
        {
            s_backends[backend.Name] = backend;
        }
        else if (!s_backends.TryAdd(backend.Name, backend))
        {
            throw Exists(backend.Name);
        }
    }

    /// <summary>Removes a backend.</summary>
    /// <param name="name">Its name, of any case.</param>
    public static bool Remove(string name) => s_backends.TryRemove(name, out _);

    /// <summary>Whether text can be a name.</summary>
    /// <param name="name">The text.</param>
    public static bool IsName(string? name) => name is not null && NameForm().IsMatch(name);

    /// <summary>There is one of that name.</summary>
    /// <param name="name">The name.</param>
    public static CacheKitException Exists(string name) => new(
        ErrorIds.BackendExists,
        $"There is a backend '{name}' already.",
        "Give another -Name, or -Force to replace it.");

    /// <summary>There is none of that name.</summary>
    /// <param name="name">The name.</param>
    public static CacheKitException NotFound(string name)
    {
        string others = string.Join(", ", All.Select(static backend => $"'{backend.Name}'"));
        return new CacheKitException(
            ErrorIds.BackendNotFound,
            $"There is no backend '{name}'{(others.Length > 0 ? $"; there are {others}" : string.Empty)}.",
            "Register it in this process with Register-CacheKitBackend.");
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NameForm();
}
