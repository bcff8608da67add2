using System.Globalization;
using System.Management.Automation;
using CacheKit.PowerShell.Tests.Support;
using Microsoft.Data.Sqlite;
using Xunit;

namespace CacheKit.PowerShell.Tests.EndToEnd;

/// <summary>What a user sees when somebody writes to the database.</summary>
public sealed class TamperTests : IDisposable
{
    private const string NotAuthentic = "EntryNotAuthentic,CacheKit.Commands.InvokeSecureCachedCommand";

    private static readonly string s_key = new('7', 64);
    private static readonly string s_otherKey = new('8', 64);

    private readonly ModuleRunspace _runspace = new();
    private readonly string _database;

    public TamperTests()
    {
        _database = Path.Combine(_runspace.Environment.Folder, "cache.db");
        Environment.SetEnvironmentVariable("CACHEKIT_CACHE_PATH", _database);
        UseKey(s_key);
    }

    public void Dispose()
    {
        _runspace.Dispose();
    }

    [Fact]
    public void Tamper_an_entry_with_any_changed_byte_is_refused()
    {
        Store("victim");
        byte[] entry = Assert.Single(ReadEntries()).Value;

        for (int i = 0; i < entry.Length; i++)
        {
            byte[] changed = [.. entry];
            changed[i] ^= 0x01;
            CloseSession();
            Replace(changed);
            UseKey(s_key);

            ScriptResult result = _runspace.Run("Invoke-SecureCached -Key victim -FailClosed { 'run' }");

            Assert.True(result.Errors.Count == 1, $"byte {i}: {string.Join(',', result.Output)}");
            Assert.Equal(NotAuthentic, result.Errors[0].FullyQualifiedErrorId);
            Assert.Empty(result.Output);
        }

        Assert.Equal(entry.Length, Assert.Single(ReadEntries()).Value.Length);
    }

    [Fact]
    public void Tamper_a_refused_entry_is_dropped_with_one_warning_and_the_block_runs_by_default()
    {
        Store("victim");
        Store("bystander");
        string key = KeyOf("victim");
        byte[] entry = Assert.Contains(key, ReadEntries());
        entry[^1] ^= 0x80;
        CloseSession();
        Execute("UPDATE entries SET value = $value WHERE key = $key", ("$value", entry), ("$key", key));
        UseKey(s_key);

        ScriptResult result = _runspace.Run("Invoke-SecureCached -Key victim { 'run again' }");
        ScriptResult next = _runspace.Run("Invoke-SecureCached -Key victim { 'not run' }");
        ScriptResult bystander = _runspace.Run("Invoke-SecureCached -Key bystander { 'not run' }");

        Assert.Equal("run again", result.Value);
        Assert.Contains("not authentic", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Empty(result.Errors);
        Assert.Equal("run again", next.Value);
        Assert.Empty(next.Warnings);
        Assert.Equal("value of bystander", bystander.Value);
    }

    [Fact]
    public void Tamper_swapped_entries_are_refused()
    {
        Store("one");
        Store("two");
        string[] keys = [.. ReadEntries().Keys];
        CloseSession();
        Execute("UPDATE entries SET key = 'aside' WHERE key = $key", ("$key", keys[0]));
        Execute("UPDATE entries SET key = $new WHERE key = $key", ("$new", keys[0]), ("$key", keys[1]));
        Execute("UPDATE entries SET key = $new WHERE key = 'aside'", ("$new", keys[1]));
        UseKey(s_key);

        foreach (string name in new[] { "one", "two" })
        {
            ScriptResult result = _runspace.Run("param($Name) Invoke-SecureCached -Key $Name -FailClosed { 'run' }", name);
            Assert.Equal(NotAuthentic, Assert.Single(result.Errors).FullyQualifiedErrorId);
        }
    }

    [Fact]
    public void Tamper_an_entry_of_another_master_key_is_refused_even_under_the_right_cache_key()
    {
        Store("item");
        string key = Assert.Single(ReadEntries()).Key;
        UseKey(s_otherKey);
        Store("item");
        byte[] foreign = ReadEntries().Single(pair => pair.Key != key).Value;
        CloseSession();
        Execute("UPDATE entries SET value = $value WHERE key = $key", ("$value", foreign), ("$key", key));
        UseKey(s_key);

        ScriptResult result = _runspace.Run("Invoke-SecureCached -Key item -FailClosed { 'run' }");

        Assert.Equal(NotAuthentic, Assert.Single(result.Errors).FullyQualifiedErrorId);
    }

    [Fact]
    public void Tamper_an_expired_entry_stays_expired_when_the_store_extends_it()
    {
        _runspace.Run("Invoke-SecureCached -Key brief -Ttl 0.001 { 'old' }").EnsureSuccess();
        long written = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        CloseSession();
        SpinWait.SpinUntil(() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() > written + 1);
        Execute("UPDATE entries SET expires = $time", ("$time", DateTimeOffset.UtcNow.AddYears(1).ToUnixTimeMilliseconds()));
        UseKey(s_key);

        Assert.Equal("new", _runspace.Run("Invoke-SecureCached -Key brief { 'new' }").Value);
    }

    [Fact]
    public void Tamper_a_refusal_shows_no_secret_and_the_recommended_action()
    {
        Store("victim");
        byte[] entry = Assert.Single(ReadEntries()).Value;
        entry[^1] ^= 0x01;
        CloseSession();
        Replace(entry);
        UseKey(s_key);

        ScriptResult result = _runspace.Run("Invoke-SecureCached -Key victim -FailClosed { 'run' }");
        ErrorRecord failure = Assert.Single(result.Errors);

        string told = $"{failure} {failure.Exception} {failure.TargetObject} {failure.ErrorDetails.RecommendedAction}";
        Assert.Contains("-Refresh", told, StringComparison.Ordinal);
        Assert.DoesNotContain("value of", told, StringComparison.Ordinal);
        Assert.DoesNotContain("victim", told, StringComparison.Ordinal);
        Assert.DoesNotContain(s_key, told, StringComparison.Ordinal);
        Assert.Equal("run", _runspace.Run("Invoke-SecureCached -Key victim -FailClosed -Refresh { 'run' }").Value);
    }

    private static void UseKey(string key) => Environment.SetEnvironmentVariable("CACHEKIT_MASTER_KEY", key);

    /// <summary>Another configuration in between closes the session: its memory tier goes, its log is written back.</summary>
    private void CloseSession()
    {
        UseKey(new string('f', 64));
        string elsewhere = Path.Combine(_runspace.Environment.Folder, "elsewhere.db");
        Environment.SetEnvironmentVariable("CACHEKIT_CACHE_PATH", elsewhere);
        _runspace.Run("Invoke-SecureCached { 1 }").EnsureSuccess();
        Environment.SetEnvironmentVariable("CACHEKIT_CACHE_PATH", _database);
    }

    private void Store(string name)
    {
        string script = "param($Name) Invoke-SecureCached -Key $Name { \"value of $Name\" }";
        Assert.Equal($"value of {name}", _runspace.Run(script, name).EnsureSuccess().Value);
    }

    /// <summary>Finds where a name lies: it is the only entry of a database of its own.</summary>
    private string KeyOf(string name)
    {
        string path = Path.Combine(_runspace.Environment.Folder, $"{name}.db");
        Environment.SetEnvironmentVariable("CACHEKIT_CACHE_PATH", path);
        Store(name);
        string key = Assert.Single(ReadEntries(path)).Key;
        Environment.SetEnvironmentVariable("CACHEKIT_CACHE_PATH", _database);
        return key;
    }

    private void Replace(byte[] entry) => Execute("UPDATE entries SET value = $value", ("$value", entry));

    private void Execute(string command, params (string Name, object Value)[] parameters)
    {
        using SqliteConnection connection = Open(_database);
        using SqliteCommand update = connection.CreateCommand();
        update.CommandText = command;
        foreach ((string name, object value) in parameters)
        {
            update.Parameters.AddWithValue(name, value);
        }

        Assert.Equal(1, update.ExecuteNonQuery());
    }

    private Dictionary<string, byte[]> ReadEntries(string? path = null)
    {
        // The test brings an SQLite of its own. Two in one process do not see each other's locks: one at a time.
        string? key = Environment.GetEnvironmentVariable("CACHEKIT_MASTER_KEY");
        CloseSession();
        UseKey(key!);
        using SqliteConnection connection = Open(path ?? _database);
        using SqliteCommand select = connection.CreateCommand();
        select.CommandText = "SELECT key, value FROM entries";
        using SqliteDataReader reader = select.ExecuteReader();
        Dictionary<string, byte[]> entries = [];
        while (reader.Read())
        {
            entries.Add(reader.GetString(0), reader.GetFieldValue<byte[]>(1));
        }

        return entries;
    }

    private static SqliteConnection Open(string path)
    {
        SqliteConnection connection = new(string.Create(CultureInfo.InvariantCulture, $"Data Source={path};Pooling=False"));
        connection.Open();
        return connection;
    }
}
