namespace CacheKit.Core.Storage.Http;

/// <summary>The addresses of keys: one path segment each, percent-encoded once (PROTOCOL section 9).</summary>
internal sealed class EntryPath
{
    private const string CachePath = "/v1/cache";

    // Without this, System.Uri would take back some of the encoding, and resolve dots.
    private static readonly UriCreationOptions s_verbatim =
        new() { DangerousDisablePathAndQueryCanonicalization = true };

    private static readonly string[] s_reserved = [".", "..", "health", "ttl", "lock"];

    private readonly string _root;

    /// <summary>Takes the address below which the entries lie.</summary>
    /// <param name="baseAddress">A valid base address.</param>
    public EntryPath(Uri baseAddress)
    {
        _root = baseAddress.GetLeftPart(UriPartial.Path).TrimEnd('/') + CachePath;
        Health = Verbatim($"{_root}/health");
    }

    /// <summary>Where the service says how it is.</summary>
    public Uri Health { get; }

    /// <summary>
    /// Whether a key cannot be sent: it would be another address than its own, or, with half of a surrogate pair in it,
    /// the same as another key's.
    /// </summary>
    /// <param name="key">The key.</param>
    public static bool Refuses(string key) =>
        key.Length == 0 || s_reserved.Contains(key) || !IsWellFormed(key);

    /// <summary>The address of an entry.</summary>
    /// <param name="key">Its key.</param>
    public Uri Entry(string key) => Verbatim($"{_root}/{Uri.EscapeDataString(key)}");

    /// <summary>The address of the lock of a key.</summary>
    /// <param name="key">The key.</param>
    public Uri Lock(string key) => Verbatim($"{_root}/{Uri.EscapeDataString(key)}/lock");

    /// <summary>The address of how long an entry lasts.</summary>
    /// <param name="key">The key of the entry.</param>
    public Uri Life(string key) => Verbatim($"{_root}/{Uri.EscapeDataString(key)}/ttl");

    /// <summary>The address of one page of a listing: an extension of ours (docs/hosting.md).</summary>
    /// <param name="pattern">The pattern of the keys.</param>
    /// <param name="cursor">Where the page begins: what the page before said, or null.</param>
    /// <param name="limit">How many keys the page may have.</param>
    public Uri List(string pattern, string? cursor, int limit)
    {
        string from = cursor is null ? string.Empty : $"&cursor={Uri.EscapeDataString(cursor)}";
        return Verbatim(string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{_root}?match={Uri.EscapeDataString(pattern)}{from}&limit={limit}"));
    }

    private static bool IsWellFormed(string key)
    {
        for (int i = 0; i < key.Length; i++)
        {
            if (char.IsSurrogate(key[i]) && !(i + 1 < key.Length && char.IsSurrogatePair(key[i], key[++i])))
            {
                return false;
            }
        }

        return true;
    }

    private static Uri Verbatim(string address) => new(address, s_verbatim);
}
