using System.Management.Automation;

namespace CacheKit.Parameters;

/// <summary>Which lines of an audit log are asked for.</summary>
/// <param name="namespaces">Patterns of namespaces, or null for any.</param>
/// <param name="keys">Patterns of ids, or of whole keys, or null for any.</param>
/// <param name="users">Patterns of users, or null for any.</param>
/// <param name="scripts">Patterns of paths or of names of scripts, or null for any.</param>
internal sealed class AuditLogFilter(string[]? namespaces, string[]? keys, string[]? users, string[]? scripts)
{
    private readonly WildcardPattern[]? _namespaces = PatternsOf(namespaces);
    private readonly WildcardPattern[]? _keys = PatternsOf(keys?.Select(LastPart));
    private readonly WildcardPattern[]? _users = PatternsOf(users);
    private readonly WildcardPattern[]? _scripts = PatternsOf(scripts);

    /// <summary>The events, or null for any.</summary>
    public AuditLogEvent[]? Events { get; init; }

    /// <summary>The earliest time.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The time before which it was.</summary>
    public DateTimeOffset Until { get; init; }

    /// <summary>Whether a line is asked for.</summary>
    /// <param name="entry">The line.</param>
    public bool Takes(AuditLogEntry entry) =>
        entry.Time >= Since
        && entry.Time < Until
        && Events?.Contains(entry.Event) != false
        && Matches(_namespaces, entry.Namespace)
        && Matches(_keys, entry.KeyId)
        && Matches(_users, entry.User)
        && (Matches(_scripts, entry.Script) || Matches(_scripts, FileNameOf(entry.Script)));

    private static bool Matches(WildcardPattern[]? patterns, string? text) =>
        patterns is null || (text is not null && patterns.Any(pattern => pattern.IsMatch(text)));

    private static WildcardPattern[]? PatternsOf(IEnumerable<string>? texts) =>
        texts is null ? null : [.. texts.Select(text => WildcardPattern.Get(text, WildcardOptions.IgnoreCase))];

    /// <summary>The id in a whole key.</summary>
    private static string LastPart(string key) => key[(key.LastIndexOf(':') + 1)..];

    /// <summary>A log may come from another system: both separators count.</summary>
    private static string? FileNameOf(string? path) => path?[(path.LastIndexOfAny(['/', '\\']) + 1)..];
}
