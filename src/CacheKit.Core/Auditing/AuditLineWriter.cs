using System.Buffers;
using System.Text;
using System.Text.Json;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;

namespace CacheKit.Core.Auditing;

/// <summary>Makes the lines of an audit log. One at a time: its buffers are used again.</summary>
internal sealed class AuditLineWriter
{
    /// <summary>The longest path of a script that is kept; of a longer one, its end.</summary>
    private const int LongestScript = 1024;

    /// <summary>The longest name of a user or machine that is kept.</summary>
    private const int LongestName = 128;

    private static readonly JsonEncodedText s_user = JsonEncodedText.Encode(Bounded(Environment.UserName, LongestName));
    private static readonly JsonEncodedText s_host = JsonEncodedText.Encode(
        Bounded(Environment.MachineName, LongestName));

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    /// <summary>Makes a line.</summary>
    /// <param name="signer">The keys that authenticate it.</param>
    /// <param name="event">What happened.</param>
    /// <param name="subject">To what.</param>
    /// <param name="source">Where it was asked for.</param>
    /// <param name="place">Its time, its place in the chain, and what was put right before it.</param>
    /// <returns>The line with its line feed; valid until the next call.</returns>
    public ReadOnlySpan<byte> Write(
        TenantKeys signer,
        AuditEvent @event,
        in AuditSubject subject,
        in AuditSource source,
        in AuditPlace place)
    {
        _buffer.ResetWrittenCount();
        using Utf8JsonWriter json = new(_buffer, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WriteNumber("v"u8, AuditFields.Version);
        json.WriteNumber("n"u8, place.Number);
        json.WriteString("time"u8, place.Time.UtcDateTime);
        json.WriteString("event"u8, AuditFields.NameOf(@event));
        json.WriteString("tag"u8, signer.Tag);
        WriteSubject(json, subject);
        json.WriteString("user"u8, s_user);
        json.WriteString("host"u8, s_host);
        json.WriteNumber("pid"u8, Environment.ProcessId);
        if (!string.IsNullOrEmpty(source.Script))
        {
            json.WriteString("script"u8, Bounded(source.Script, LongestScript));
        }

        if (source.Line > 0)
        {
            json.WriteNumber("line"u8, source.Line);
        }

        WriteMark(json, "head"u8, place.Marks.Head);
        WriteMark(json, "aside"u8, place.Marks.Aside);
        json.WriteString("prev"u8, place.Previous);
        json.Flush();
        return Authenticate(signer.AuditHash);
    }

    /// <summary>Bounds a text that others choose, and makes it well-formed.</summary>
    private static string Bounded(string text, int longest)
    {
        string kept = text.Length <= longest ? text : string.Concat("...", text.AsSpan(text.Length - longest));
        if (!kept.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return kept;
        }

        StringBuilder wellFormed = new(kept.Length);
        foreach (Rune rune in kept.EnumerateRunes())
        {
            wellFormed.Append(rune.ToString());
        }

        return wellFormed.ToString();
    }

    private static void WriteSubject(Utf8JsonWriter json, in AuditSubject subject)
    {
        if (subject.Namespace is { } @namespace)
        {
            json.WriteString("namespace"u8, @namespace);
        }

        if (subject.Key is { IsInterop: true } interop)
        {
            // Its id is of this process alone; the key itself is readable to the storage too.
            json.WriteString("key"u8, interop.ToString());
        }
        else if (subject.Key is { } key)
        {
            Span<byte> id = stackalloc byte[EntryId.HexLength];
            key.Id.CopyHexTo(id);
            json.WriteString("key"u8, id);
        }

        Span<byte> fingerprint = stackalloc byte[KeyFingerprint.Size];
        subject.Keys.Fingerprint.CopyTo(fingerprint);
        Span<byte> digits = stackalloc byte[2 * KeyFingerprint.Size];
        LowerHex.Encode(fingerprint, digits);
        json.WriteString("fingerprint"u8, digits);
        if (subject.Count is { } count)
        {
            json.WriteNumber("count"u8, count);
        }
    }

    private static void WriteMark(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? mark)
    {
        if (mark is not null)
        {
            json.WriteString(name, mark);
        }
    }

    private ReadOnlySpan<byte> Authenticate(KeyedHash hash)
    {
        Span<byte> mac = stackalloc byte[KeyedHash.HashSize];
        hash.Compute(_buffer.WrittenSpan, [], mac);
        Span<byte> digits = stackalloc byte[AuditLine.HashHexSize];
        LowerHex.Encode(mac, digits);
        _buffer.Write(AuditLine.MacStart);
        _buffer.Write(digits);
        _buffer.Write(AuditLine.End);
        return _buffer.WrittenSpan;
    }
}

/// <summary>Where a line stands in the chain.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Time">When it is written.</param>
/// <param name="Previous">The link of the line before.</param>
/// <param name="Marks">What was put right before it.</param>
internal readonly record struct AuditPlace(long Number, DateTimeOffset Time, string Previous, AuditMarks Marks);
