using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CacheKit.PowerShell.Tests.Support;

/// <summary>One thing for Python to do, in the words of tests/interop/python/crosscheck.py.</summary>
/// <param name="Command"><c>key</c>, <c>write</c>, <c>read</c> or <c>delete</c>.</param>
/// <param name="Operation">The operation.</param>
internal sealed record PythonJob(string Command, string Operation)
{
    /// <summary>The namespace of all tests.</summary>
    public const string Namespace = "cross";

    /// <summary>The effective arguments, as tagged JSON.</summary>
    public string Arguments { get; init; } = "[]";

    /// <summary>The value, as tagged JSON; null when the job has none.</summary>
    public string? Value { get; init; }

    /// <summary>The keys in hexadecimal, that which encrypts first; null for an entry in clear.</summary>
    public IReadOnlyList<string>? MasterKeys { get; init; }

    /// <summary>The tenant.</summary>
    public string Tenant { get; init; } = "default";

    /// <summary>The time to live in seconds; null for no end.</summary>
    public int? Ttl { get; init; }

    /// <summary>The job as JSON. What is JSON already goes in as it is, even text that no .NET writer writes.</summary>
    public string ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer);
        writer.WriteStartObject();
        writer.WriteString("command", Command);
        writer.WriteString("namespace", Namespace);
        writer.WriteString("operation", Operation);
        writer.WriteString("tenant", Tenant);
        writer.WritePropertyName("args");
        writer.WriteRawValue(Arguments, skipInputValidation: true);
        if (Value is not null)
        {
            writer.WritePropertyName("value");
            writer.WriteRawValue(Value, skipInputValidation: true);
        }

        if (Ttl is { } ttl)
        {
            writer.WriteNumber("ttl", ttl);
        }

        if (MasterKeys is not null)
        {
            writer.WritePropertyName("master_keys");
            JsonSerializer.Serialize(writer, MasterKeys);
        }

        writer.WriteEndObject();
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
