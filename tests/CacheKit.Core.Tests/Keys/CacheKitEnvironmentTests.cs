using CacheKit.Core.Keys;
using Xunit;

namespace CacheKit.Core.Tests.Keys;

public sealed class CacheKitEnvironmentTests
{
    private static readonly CacheKitEnvironment s_home = new() { Home = "/home/ada" };

    [Fact]
    public void Environment_without_XDG_folders_files_are_in_the_home()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The folders of Linux.");
        Assert.Equal("/home/ada/.cache/cachekit/cache.db", s_home.DefaultCachePath);
        Assert.Equal("/home/ada/.config/cachekit/master.key", s_home.SavedKeyPath);
    }

    [Fact]
    public void Environment_absolute_folders_are_used()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The folders of Linux.");
        CacheKitEnvironment environment = s_home with { CacheHome = "/var/c", ConfigurationHome = "/var/k/" };
        Assert.Equal("/var/c/cachekit/cache.db", environment.DefaultCachePath);
        Assert.Equal("/var/k/cachekit/master.key", environment.SavedKeyPath);
        CacheKitEnvironment homeless = environment with { Home = null };
        Assert.Equal("/var/c/cachekit/cache.db", homeless.DefaultCachePath);
    }

    [Theory]
    [InlineData("")]
    [InlineData("c")]
    [InlineData("./c")]
    [InlineData("../c")]
    [InlineData("~/c")]
    public void Environment_relative_folders_are_ignored(string folder)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The folders of Linux.");
        CacheKitEnvironment environment = s_home with { CacheHome = folder, ConfigurationHome = folder };
        Assert.Equal(s_home.DefaultCachePath, environment.DefaultCachePath);
        Assert.Equal(s_home.SavedKeyPath, environment.SavedKeyPath);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("home/ada")]
    [InlineData(".")]
    public void Environment_without_a_home_there_are_no_paths(string? home)
    {
        CacheKitEnvironment environment = new() { Home = home };
        Assert.Null(environment.DefaultCachePath);
        Assert.Null(environment.SavedKeyPath);
    }

    [Theory]
    [InlineData("CACHEKIT_MASTER_KEY")]
    [InlineData("CACHEKIT_MASTER_KEY_FILE")]
    [InlineData("CACHEKIT_PREVIOUS_MASTER_KEYS")]
    [InlineData("CACHEKIT_MASTER_KEY_ROTATION")]
    [InlineData("CACHEKIT_CACHE_PATH")]
    [InlineData("CACHEKIT_REDIS_URL")]
    [InlineData("REDIS_URL")]
    [InlineData("CACHEKIT_API_KEY")]
    public void Environment_a_snapshot_is_current_until_a_variable_changes(string variable)
    {
        string? before = Environment.GetEnvironmentVariable(variable);
        try
        {
            Environment.SetEnvironmentVariable(variable, "one");
            CacheKitEnvironment snapshot = CacheKitEnvironment.Capture();
            Assert.True(snapshot.IsCurrent());
            Assert.Equal(snapshot, CacheKitEnvironment.Capture());
            Assert.Contains("one", ValuesOf(snapshot));
            Environment.SetEnvironmentVariable(variable, "two");
            Assert.False(snapshot.IsCurrent());
            Assert.NotEqual(snapshot, CacheKitEnvironment.Capture());
            Environment.SetEnvironmentVariable(variable, null);
            Assert.False(snapshot.IsCurrent());
            Environment.SetEnvironmentVariable(variable, "one");
            Assert.True(snapshot.IsCurrent());
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, before);
        }
    }

    [Theory]
    [InlineData("CACHEKIT_REDIS_USER")]
    [InlineData("CACHEKIT_REDIS_PASSWORD")]
    [InlineData("CACHEKIT_API_URL")]
    [InlineData("CACHEKIT_ALLOW_CUSTOM_HOST")]
    [InlineData("CACHEKIT_ALLOW_PRIVATE_NETWORK")]
    [InlineData("CACHEKIT_CA_FILE")]
    [InlineData("CACHEKIT_SOCKET_TIMEOUT")]
    [InlineData("CACHEKIT_SOCKET_CONNECT_TIMEOUT")]
    public void Environment_variables_of_a_remote_store_count_when_one_is_chosen(string variable)
    {
        string[] selectors = ["CACHEKIT_REDIS_URL", "CACHEKIT_API_KEY", "REDIS_URL"];
        string?[] before = [.. selectors.Append(variable).Select(Environment.GetEnvironmentVariable)];
        try
        {
            foreach (string name in selectors.Append(variable))
            {
                Environment.SetEnvironmentVariable(name, null);
            }

            foreach (string selector in selectors)
            {
                Environment.SetEnvironmentVariable(selector, "chosen");
                CacheKitEnvironment snapshot = CacheKitEnvironment.Capture();
                Environment.SetEnvironmentVariable(variable, "one");
                Assert.False(snapshot.IsCurrent());
                Assert.Contains("one", ValuesOf(CacheKitEnvironment.Capture()));
                Environment.SetEnvironmentVariable(variable, null);
                Assert.True(snapshot.IsCurrent());
                Environment.SetEnvironmentVariable(selector, null);
            }
        }
        finally
        {
            foreach ((string name, string? value) in selectors.Append(variable).Zip(before))
            {
                Environment.SetEnvironmentVariable(name, value);
            }
        }
    }

    [Fact]
    public void Environment_the_folders_are_part_of_a_snapshot()
    {
        CacheKitEnvironment now = CacheKitEnvironment.Capture();
        Assert.True(now.IsCurrent());
        Assert.False((now with { Home = now.Home + "x" }).IsCurrent());
        Assert.False((now with { CacheHome = now.CacheHome + "x" }).IsCurrent());
        Assert.False((now with { ConfigurationHome = now.ConfigurationHome + "x" }).IsCurrent());
    }

    private static IEnumerable<object?> ValuesOf(CacheKitEnvironment snapshot) =>
        typeof(CacheKitEnvironment).GetProperties()
            .Where(property => property.CanWrite)
            .Select(property => property.GetValue(snapshot));

    [Fact]
    public void Environment_its_text_is_redacted()
    {
        CacheKitEnvironment environment =
            new() { MasterKey = "k1e2y3", MasterKeyFile = "/f1i2l3e4", CachePath = "/p1a2" };
        Assert.Equal("CacheKitEnvironment (redacted)", environment.ToString());
        Assert.Equal("CacheKitEnvironment (redacted)", $"{environment}");
    }
}
