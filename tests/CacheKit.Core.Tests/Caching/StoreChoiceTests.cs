using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Core.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

public sealed class StoreChoiceTests
{
    private static readonly CacheKitEnvironment s_redis = new() { CacheKitRedisUrl = "redis://cache.example/3" };
    private static readonly CacheKitEnvironment s_http = new() { ApiKey = "ck_live_5ecret" };

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task StoreChoice_the_name_of_a_store_shows_where_it_is_and_no_credential()
    {
        CacheKitEnvironment environment = s_redis with { RedisUser = "ada", RedisPassword = "pa55" };
        string redis = await StoreChoice.FromEnvironment(environment).DescribeAsync(_clock);
        Assert.Equal("Redis at cache.example:6379/3", redis);
        string http = await StoreChoice.FromEnvironment(s_http).DescribeAsync(_clock);
        Assert.Contains("api.cachekit.io", http, StringComparison.Ordinal);
        Assert.DoesNotContain("5ecret", http, StringComparison.Ordinal);
        Assert.Equal("memory of this process", await StoreChoice.Memory(1 << 20, "-Memory").DescribeAsync(_clock));
    }

    [Fact]
    public void StoreChoice_remote_stores_have_a_time_limit_and_local_ones_do_not()
    {
        Assert.IsType<ResilientStore>(StoreChoice.FromEnvironment(s_redis).Open(_clock));
        Assert.IsType<ResilientStore>(StoreChoice.FromEnvironment(s_http).Open(_clock));
        StoreChoice custom = StoreChoice.Custom(clock => new MemoryStore(clock), "-Backend", canShare: false);
        Assert.IsType<ResilientStore>(custom.Open(_clock));
        Assert.IsType<MemoryStore>(StoreChoice.Memory(1 << 20, "-Memory").Open(_clock));
        Assert.IsType<MemoryStore>(custom.OpenBare(_clock));
    }

    [Theory]
    [InlineData("redis://u:pa55@h", "ada", null)]
    [InlineData("redis://u:pa55@h", null, "0ther")]
    [InlineData("redis://:pa55@h", null, "0ther")]
    [InlineData("h:1,password=pa55", "ada", "0ther")]
    public void StoreChoice_credentials_in_two_places_are_rejected(string connection, string? user, string? password)
    {
        CacheKitException failure = Refused(
            new CacheKitEnvironment { CacheKitRedisUrl = connection, RedisUser = user, RedisPassword = password });
        Assert.Equal(ErrorIds.CredentialConflict, failure.ErrorId);
        Assert.DoesNotContain("pa55", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("0ther", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis://h", 4, "Redis at h:6379/4")]
    [InlineData("redis://h/2", 4, "Redis at h:6379/4")]
    [InlineData("redis://h?db=2", 4, "Redis at h:6379/4")]
    [InlineData(" redis://h ", 4, "Redis at h:6379/4")]
    [InlineData("h:7000", 4, "Redis at h:7000/4")]
    [InlineData("h:7000,password=a://b", 4, "Redis at h:7000/4")]
    [InlineData("h:7000,defaultDatabase=2", 4, "Redis at h:7000/4")]
    public async Task StoreChoice_a_database_number_replaces_that_of_the_connection(
        string connection, int database, string name)
    {
        RedisStoreOptions options = new() { Connection = StoreChoice.WithDatabase(connection, database) };
        Assert.Equal(name, await StoreChoice.Redis(options, "-Redis").DescribeAsync(_clock));
    }

    [Fact]
    public void StoreChoice_unset_timeouts_are_the_store_defaults()
    {
        RedisStoreOptions redis = StoreChoice.RedisDefaults(s_redis);
        Assert.Equal(TimeSpan.FromSeconds(1), redis.OperationTimeout);
        Assert.Equal(TimeSpan.FromSeconds(2), redis.ConnectTimeout);
        HttpStoreOptions http = StoreChoice.HttpDefaults(s_http with { SocketTimeout = " ", CaFile = "" });
        Assert.Equal(TimeSpan.FromSeconds(1), http.OperationTimeout);
        Assert.Equal(TimeSpan.FromSeconds(2), http.ConnectTimeout);
        Assert.Equal(HttpStoreOptions.DefaultBaseAddress, http.BaseAddress);
        Assert.Null(http.CaFile);
        Assert.False(http.AllowCustomHost || http.AllowPrivateAddresses);
    }

    [Fact]
    public void StoreChoice_variables_of_any_remote_store_are_used()
    {
        CacheKitEnvironment environment = new()
        {
            SocketTimeout = "0.5",
            SocketConnectTimeout = " 3 ",
            CaFile = "/etc/ca.pem",
            ApiUrl = "https://cache.example/base",
            AllowCustomHost = "true",
            AllowPrivateNetwork = "1",
        };
        RedisStoreOptions redis = StoreChoice.RedisDefaults(environment);
        HttpStoreOptions http = StoreChoice.HttpDefaults(environment);
        Assert.Equal(TimeSpan.FromSeconds(0.5), redis.OperationTimeout);
        Assert.Equal(TimeSpan.FromSeconds(3), redis.ConnectTimeout);
        Assert.Equal("/etc/ca.pem", redis.CaFile);
        Assert.Equal(TimeSpan.FromSeconds(0.5), http.OperationTimeout);
        Assert.Equal(TimeSpan.FromSeconds(3), http.ConnectTimeout);
        Assert.Equal("/etc/ca.pem", http.CaFile);
        Assert.Equal("https://cache.example/base", http.BaseAddress.ToString());
        Assert.True(http.AllowCustomHost && http.AllowPrivateAddresses);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("601")]
    [InlineData("1,5")]
    [InlineData("1e3")]
    [InlineData("NaN")]
    [InlineData("5s")]
    public void StoreChoice_a_timeout_that_is_not_a_number_of_seconds_in_range_is_rejected(string seconds)
    {
        CacheKitException failure = Refused(s_redis with { SocketTimeout = seconds });
        Assert.Equal(ErrorIds.StoreSettingInvalid, failure.ErrorId);
        Assert.Contains("CACHEKIT_SOCKET_TIMEOUT", failure.Message, StringComparison.Ordinal);
        failure = Refused(s_http with { SocketConnectTimeout = seconds });
        Assert.Contains("CACHEKIT_SOCKET_CONNECT_TIMEOUT", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("yes please")]
    [InlineData("2")]
    [InlineData("-")]
    public void StoreChoice_a_switch_that_is_neither_true_nor_false_is_rejected(string value)
    {
        CacheKitException failure = Refused(s_http with { AllowCustomHost = value });
        Assert.Equal(ErrorIds.StoreSettingInvalid, failure.ErrorId);
        Assert.Contains("CACHEKIT_ALLOW_CUSTOM_HOST", failure.Message, StringComparison.Ordinal);
        failure = Refused(s_http with { AllowPrivateNetwork = value });
        Assert.Contains("CACHEKIT_ALLOW_PRIVATE_NETWORK", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("False", false)]
    [InlineData("0", false)]
    [InlineData("", false)]
    [InlineData("TRUE", true)]
    [InlineData(" 1 ", true)]
    public void StoreChoice_a_switch_is_read_in_either_case(string value, bool expected) =>
        Assert.Equal(expected, StoreChoice.HttpDefaults(s_http with { AllowCustomHost = value }).AllowCustomHost);

    [Theory]
    [InlineData("")]
    [InlineData("cache.example")]
    [InlineData("/v1")]
    [InlineData("ftp://cache.example")]
    [InlineData("https://cache.example")]
    [InlineData("http://api.cachekit.io")]
    [InlineData("https://5ecret:5ecret@api.cachekit.io")]
    public void StoreChoice_an_address_that_must_not_get_the_key_is_rejected(string address)
    {
        CacheKitException failure = Refused(s_http with { ApiUrl = address });
        Assert.Equal(ErrorIds.ApiUrlInvalid, failure.ErrorId);
        Assert.DoesNotContain("5ecret", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("5ecret\n")]
    [InlineData("schlüssel")]
    public void StoreChoice_a_malformed_API_key_is_rejected(string key)
    {
        CacheKitException failure = Refused(new CacheKitEnvironment { ApiKey = key });
        Assert.Equal(ErrorIds.ApiKeyInvalid, failure.ErrorId);
        Assert.DoesNotContain("5ecret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void StoreChoice_a_missing_CA_file_is_rejected()
    {
        using TempDirectory directory = new();
        CacheKitException failure = Refused(
            new CacheKitEnvironment { RedisUrl = "rediss://h", CaFile = directory.File("none.pem") });
        Assert.Equal(ErrorIds.CaFileInvalid, failure.ErrorId);
    }

    [Fact]
    public void StoreChoice_its_text_shows_the_choice_and_nothing_else()
    {
        Assert.Equal("Redis by CACHEKIT_REDIS_URL", StoreChoice.FromEnvironment(s_redis).ToString());
        Assert.Equal("Http by CACHEKIT_API_KEY", StoreChoice.FromEnvironment(s_http).ToString());
    }

    private static CacheKitException Refused(CacheKitEnvironment environment) =>
        Assert.Throws<CacheKitException>(() => StoreChoice.FromEnvironment(environment));
}
