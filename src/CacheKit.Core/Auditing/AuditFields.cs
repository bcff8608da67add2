using System.Text.Json;
using System.Text.RegularExpressions;

namespace CacheKit.Core.Auditing;

/// <summary>The members of a line while it is read. Members that are not known are passed over.</summary>
internal partial struct AuditFields
{
    /// <summary>The version of the format.</summary>
    public const int Version = 1;

    private static readonly string[] s_events = ["open", "seal", "miss", "refused", "rotated", "cleared"];

    private int _version;
    private long _number;
    private DateTime? _time;
    private int _event;
    private string? _tag;
    private string? _namespace;
    private string? _keyId;
    private string? _fingerprint;
    private long? _count;
    private string? _user;
    private string? _host;
    private int _processId;
    private string? _script;
    private int _scriptLine;
    private AuditMarks _marks;

    /// <summary>The link of the line before.</summary>
    public string? Previous { get; private set; }

    /// <summary>What the writer had to put right.</summary>
    public readonly AuditMarks Marks => _marks;

    /// <summary>Whether everything is there that each line has.</summary>
    public readonly bool IsComplete =>
        _version == Version && _number > 0 && _time is not null && _event > 0
        && _tag is not null && TagForm().IsMatch(_tag) && Previous is not null && HashForm().IsMatch(Previous);

    /// <summary>The name of an event as it is written.</summary>
    /// <param name="kind">The event.</param>
    public static string NameOf(AuditEvent kind) => s_events[(int)kind];

    /// <summary>Takes a member.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="json">The reader, at its value.</param>
    public void Take(string name, ref Utf8JsonReader json)
    {
        switch (name)
        {
            case "v": _version = json.GetInt32(); break;
            case "n": _number = json.GetInt64(); break;
            case "time": _time = json.GetDateTime(); break;
            case "event": _event = 1 + Array.IndexOf(s_events, json.GetString()); break;
            case "tag": _tag = json.GetString(); break;
            case "namespace": _namespace = json.GetString(); break;
            case "key": _keyId = json.GetString(); break;
            case "fingerprint": _fingerprint = json.GetString(); break;
            case "count": _count = json.GetInt64(); break;
            case "user": _user = json.GetString(); break;
            case "host": _host = json.GetString(); break;
            case "pid": _processId = json.GetInt32(); break;
            case "script": _script = json.GetString(); break;
            case "line": _scriptLine = json.GetInt32(); break;
            case "head": _marks.Head = json.GetString(); break;
            case "aside": _marks.Aside = json.GetString(); break;
            case "prev": Previous = json.GetString(); break;
            default: json.Skip(); break;
        }
    }

    /// <summary>What the line says, once it is complete.</summary>
    public readonly AuditRecord ToRecord() => new()
    {
        Number = _number,
        Time = DateTime.SpecifyKind(_time!.Value, DateTimeKind.Utc),
        Event = (AuditEvent)(_event - 1),
        Tag = _tag!,
        Namespace = _namespace,
        KeyId = _keyId,
        Fingerprint = _fingerprint,
        Count = _count,
        User = _user,
        Host = _host,
        ProcessId = _processId,
        Script = _script,
        ScriptLine = _scriptLine,
    };

    [GeneratedRegex(@"\A[0-9a-f]{16}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TagForm();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex HashForm();
}
