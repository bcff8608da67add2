using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CacheKit.Core.Auditing;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Keys;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Auditing;

/// <summary>What a line of an audit log says, byte for byte (docs/formats.md, audit log).</summary>
public sealed class AuditLineTests : AuditTestBase
{
    [Fact]
    public void Audit_a_line_says_who_did_what_to_which_entry_from_where()
    {
        TenantKeyRing keys = Keys();
        EntryKey key = keys.KeysFor(Namespace, [7]).Current;
        using (AuditTrail trail = Open())
        {
            trail.Record(AuditEvent.Seal, AuditSubject.Of(key), Source(12), Token);
        }

        JsonElement line = JsonDocument.Parse(Assert.Single(Lines(Log))).RootElement;
        Assert.Equal(
            "v n time event tag namespace key fingerprint user host pid script line prev mac",
            string.Join(' ', line.EnumerateObject().Select(member => member.Name)));
        Assert.Equal(1, line.GetProperty("v").GetInt32());
        Assert.Equal(1, line.GetProperty("n").GetInt32());
        Assert.Equal("2030-01-02T03:04:05.678Z", line.GetProperty("time").GetString());
        Assert.Equal("seal", line.GetProperty("event").GetString());
        Assert.Equal(
            $"ck:{line.GetProperty("tag").GetString()}:users:{line.GetProperty("key").GetString()}", key.ToString());
        Assert.Equal(Namespace, line.GetProperty("namespace").GetString());
        Assert.Equal(keys.Current.Fingerprint.ToString(), line.GetProperty("fingerprint").GetString());
        Assert.Equal(Environment.UserName, line.GetProperty("user").GetString());
        Assert.Equal(Environment.MachineName, line.GetProperty("host").GetString());
        Assert.Equal(Environment.ProcessId, line.GetProperty("pid").GetInt32());
        Assert.Equal("/srv/scripts/nightly.ps1", line.GetProperty("script").GetString());
        Assert.Equal(12, line.GetProperty("line").GetInt32());
    }

    [Fact]
    public void Audit_codes_and_links_match_the_format_page()
    {
        Write(2);
        List<byte[]> lines = Lines(Log);
        byte[] auditKey = new byte[32];
        byte[] headKey = new byte[32];
        byte[] master = [.. Enumerable.Repeat((byte)1, 32)];
        TenantKeyDerivation.Derive(master, Tenant, "audit", auditKey);
        TenantKeyDerivation.Derive(master, "default", "audit_head", headKey);

        string previous = new('0', 64);
        foreach (byte[] line in lines)
        {
            string text = Encoding.ASCII.GetString(line);
            int end = text.IndexOf(",\"mac\":\"", StringComparison.Ordinal);
            string mac = Convert.ToHexStringLower(HMACSHA256.HashData(auditKey, line.AsSpan(0, end)));
            Assert.EndsWith($",\"prev\":\"{previous}\",\"mac\":\"{mac}\"}}\n", text, StringComparison.Ordinal);
            previous = Convert.ToHexStringLower(SHA256.HashData(line));
        }

        string body = $"cachekit-audit1 {2:D18} {lines.Sum(line => line.Length):D18} {previous}";
        string code = Convert.ToHexStringLower(HMACSHA256.HashData(headKey, Encoding.ASCII.GetBytes(body)));
        Assert.Equal($"{body} {code}\n", File.ReadAllText(Head));
    }

    [Theory]
    [InlineData(AuditEvent.Open, "open")]
    [InlineData(AuditEvent.Seal, "seal")]
    [InlineData(AuditEvent.Miss, "miss")]
    [InlineData(AuditEvent.Refused, "refused")]
    [InlineData(AuditEvent.Rotated, "rotated")]
    [InlineData(AuditEvent.Cleared, "cleared")]
    public void Audit_every_event_has_a_name_and_round_trips(AuditEvent kind, string name)
    {
        TenantKeyRing keys = Keys();
        using (AuditTrail trail = Open())
        {
            trail.Record(kind, AuditSubject.Of(keys.Current, null, 3), default, Token);
        }

        Assert.Contains($"\"event\":\"{name}\"", File.ReadAllText(Log), StringComparison.Ordinal);
        (AuditRecord record, bool? isAuthentic) = Assert.Single(new AuditReader(null).Read(Log));
        Assert.Equal(kind, record.Event);
        Assert.Equal(
            (null, null, 3L, null, 0),
            (record.Namespace, record.KeyId, record.Count, record.Script, record.ScriptLine));
        Assert.Null(isAuthentic);
    }

    [Fact]
    public void Audit_every_event_has_a_row_in_the_test_above() => Assert.Equal(6, Enum.GetValues<AuditEvent>().Length);

    [Fact]
    public void Audit_a_script_path_cannot_break_its_line_or_make_it_long()
    {
        string[] scripts =
        [
            "/tmp/a\n{\"v\":1}\n.ps1", "/tmp/\u001b[31m\0\"}.ps1", "/tmp/\ud800lone\udc00.ps1", "/tmp/ü€😀.ps1",
            "/" + new string('\u0001', 100_000) + "/end.ps1", new string('\ud83d', 5000),
        ];
        TenantKeyRing keys = Keys();
        using AuditTrail trail = Open();
        foreach (string script in scripts)
        {
            trail.Record(AuditEvent.Open, Entry(keys), new AuditSource(script, 1), Token);
        }

        List<byte[]> lines = Lines(Log);
        Assert.Equal(scripts.Length, lines.Count);
        Assert.All(lines, line =>
        {
            Assert.InRange(line.Length, 1, AuditLine.LongestSize);
            Assert.DoesNotContain(line[..^1], each => each is < 0x20 or > 0x7E);
        });
        AssertIntact(Verify(), scripts.Length);
        string[] read = [.. new AuditReader(null).Read(Log).Select(each => each.Record.Script!)];
        Assert.Equal([scripts[0], scripts[1], "/tmp/\ufffdlone\ufffd.ps1", scripts[3]], read[..4]);
        Assert.StartsWith("...", read[4], StringComparison.Ordinal);
        Assert.EndsWith("/end.ps1", read[4], StringComparison.Ordinal);
    }

    [Fact]
    public void Audit_plain_entries_are_not_recorded()
    {
        using AuditTrail trail = Open();
        Assert.Null(
            trail.Record(AuditEvent.Open, AuditSubject.Of(EntryKey.ForPlain(Namespace, [1])), Source(1), Token));
        Assert.Null(trail.Record(AuditEvent.Open, default, Source(1), Token));
        Assert.False(File.Exists(Log));
    }

    [Fact]
    public void Audit_an_entry_under_an_old_key_is_recorded_under_the_new_one()
    {
        TenantKeyRing keys = Keys(Tenant, 2, 1);
        EntryKey old = keys.KeysFor(Namespace, [7]).Previous[0];
        using (AuditTrail trail = Open())
        {
            trail.Record(AuditEvent.Open, AuditSubject.Of(old), Source(1), Token);
        }

        (AuditRecord record, _) = Assert.Single(new AuditReader(null).Read(Log));
        Assert.Equal(old.Id.ToString(), record.KeyId);
        Assert.Equal(keys.Keys[1].Fingerprint.ToString(), record.Fingerprint);
        AssertIntact(Verify(ring: [2]), 1);
        Assert.Equal(1, Verify(ring: [2]).VerifiedLines);
    }

    [Fact]
    public void Audit_any_content_of_a_file_is_read_without_harm()
    {
        Write(1);
        byte[] line = Lines(Log)[0];
        string text = Encoding.ASCII.GetString(line);
        string[] others =
        [
            "", "\n", "{}\n", "[]\n", "null\n", new string('[', 5000) + "\n", text.TrimEnd('\n'),
            text.Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal),
            text.Replace("\"n\":1", "\"n\":0", StringComparison.Ordinal),
            text.Replace("\"n\":1", "\"n\":99999999999999999999", StringComparison.Ordinal),
            text.Replace("\"n\":1", "\"n\":\"1\"", StringComparison.Ordinal),
            text.Replace("\"open\"", "\"opened\"", StringComparison.Ordinal),
            text.Replace("\"open\"", "null", StringComparison.Ordinal),
            text.Replace("2030-", "30-", StringComparison.Ordinal),
            text.Replace("users", "\\ud800", StringComparison.Ordinal),
            text.Replace("\"pid\":", "\"pid\":9", StringComparison.Ordinal)
                .Replace("\"pid\":9", "\"pid\":99999999999", StringComparison.Ordinal),
        ];
        Assert.All(others, other => Assert.Null(AuditLine.TryParse(Encoding.ASCII.GetBytes(other))));
        Assert.NotNull(AuditLine.TryParse(line));
        Assert.NotNull(AuditLine.TryParse(
            Encoding.ASCII.GetBytes(
                text.Replace("\"v\":1", "\"v\":1,\"later\":{\"a\":[1,{}]}", StringComparison.Ordinal))));
    }

    [Fact]
    public void Audit_directory_and_files_belong_to_their_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        Write(1);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, UnixMode.Of(Log));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, UnixMode.Of(Head));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            UnixMode.Of(Path.GetDirectoryName(Log)!));
    }
}
