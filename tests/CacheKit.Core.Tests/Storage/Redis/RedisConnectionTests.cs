using System.Security;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Redis;
using StackExchange.Redis;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Redis;

/// <summary>URLs and configuration strings: what they mean, and that what is refused is never shown.</summary>
public sealed class RedisConnectionTests
{
    // In each connection that has one, the password is this; "s3cr" is enough to find a piece of it.
    private const string Secret = "s3cr";

    [Theory]
    [InlineData("redis://localhost", "Redis at localhost:6379/0")]
    [InlineData("redis://localhost:6380", "Redis at localhost:6380/0")]
    [InlineData("REDIS://localhost", "Redis at localhost:6379/0")]
    [InlineData("  redis://localhost  ", "Redis at localhost:6379/0")]
    [InlineData("redis://localhost/", "Redis at localhost:6379/0")]
    [InlineData("redis://localhost/3", "Redis at localhost:6379/3")]
    [InlineData("redis://localhost?db=4", "Redis at localhost:6379/4")]
    [InlineData("redis://localhost/3?db=4", "Redis at localhost:6379/4")]
    [InlineData("redis://10.0.0.1:7000/1", "Redis at 10.0.0.1:7000/1")]
    [InlineData("redis://[::1]", "Redis at [::1]:6379/0")]
    [InlineData("redis://[2001:db8::1]:7000", "Redis at [2001:db8::1]:7000/0")]
    [InlineData("redis://cache_1.internal-net:7000", "Redis at cache_1.internal-net:7000/0")]
    [InlineData("redis://a:1,b:2,c/2", "Redis at a:1,b:2,c:6379/2")]
    [InlineData("redis://:s3cr@h", "Redis at h:6379/0")]
    [InlineData("redis://u:s3cr@h:1/2", "Redis at h:1/2")]
    [InlineData("redis://u:s3cr@a,b", "Redis at a:6379,b:6379/0")]
    [InlineData("rediss://h", "Redis at h:6379/0")]
    [InlineData("rediss://h:6380/1?ssl_cert_reqs=required", "Redis at h:6380/1")]
    [InlineData("rediss://h?insecure=false", "Redis at h:6379/0")]
    [InlineData("unix:///run/redis.sock", "Redis at /run/redis.sock/0")]
    [InlineData("unix:///run/redis.sock?db=2", "Redis at /run/redis.sock/2")]
    [InlineData("redis+unix:///run/my%20redis.sock", "Redis at /run/my redis.sock/0")]
    [InlineData("unix://u:s3cr@/run/redis.sock", "Redis at /run/redis.sock/0")]
    [InlineData("unix:///run/redis.sock?user=u&password=s3cr", "Redis at /run/redis.sock/0")]
    [InlineData("redis+sentinel://a:1,b/mymaster", "Redis of the Sentinels at a:1,b:26379/mymaster/0")]
    [InlineData("redis+sentinel://u:s3cr@a/my%2Dmaster/5", "Redis of the Sentinels at a:26379/my-master/5")]
    [InlineData("rediss+sentinel://a/mymaster?db=6", "Redis of the Sentinels at a:26379/mymaster/6")]
    [InlineData("localhost", "Redis at localhost:6379/0")]
    [InlineData("localhost:7000,defaultDatabase=3", "Redis at localhost:7000/3")]
    [InlineData("a:1,b:2,password=s3cr=,ssl=false", "Redis at a:1,b:2/0")]
    [InlineData("h,ssl=true", "Redis at h:6380/0")]
    [InlineData("c.redis.cache.windows.net:6380,password=s3cr+/=,ssl=True,abortConnect=False",
        "Redis at c.redis.cache.windows.net:6380/0")]
    [InlineData("a,serviceName=mymaster", "Redis of the Sentinels at a:26379/mymaster/0")]
    [InlineData("h,allowAdmin=true", "Redis at h:6379/0")]
    [InlineData("h,tunnel=http:proxy:8080", "Redis at h:6379/0")]
    public void Redis_a_connection_is_parsed_and_named(string connection, string expected)
    {
        RedisConnection read = Parse(connection);
        Assert.Equal(expected, read.DisplayName);
        Assert.Equal(expected, read.ToString());
    }

    [Theory]
    [InlineData("redis://u:p%40%3A%2F%3F%23%25@h", "u", "p@:/?#%")]
    [InlineData("redis://u%3A1:p@h", "u:1", "p")]
    [InlineData("redis://u:p@q@h", "u", "p@q")]
    [InlineData("redis://u:p:q@h", "u", "p:q")]
    [InlineData("redis://u@h", "u", null)]
    [InlineData("redis://:p@h", null, "p")]
    [InlineData("redis://:@h", null, null)]
    [InlineData("redis://h", null, null)]
    [InlineData("redis://u:100%@h", "u", "100%")]
    [InlineData("redis://u:p%C3%A4+ @h", "u", "pä+ ")]
    [InlineData("h,user=u,password=p=q", "u", "p=q")]
    [InlineData("h,password=", null, null)]
    public void Redis_user_and_password_are_decoded(string connection, string? user, string? password)
    {
        ConfigurationOptions configuration = Parse(connection).ToConfiguration();
        Assert.Equal(user, configuration.User);
        Assert.Equal(password, configuration.Password);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("redis://")]
    [InlineData("redis:///0")]
    [InlineData("redis://:6379")]
    [InlineData("redis://u:s3cret@")]
    [InlineData("http://u:s3cret@h")]
    [InlineData("rédis://u:s3cret@h")]
    [InlineData("redis://u:s3cret@h:0")]
    [InlineData("redis://u:s3cret@h:65536")]
    [InlineData("redis://u:s3cret@h:6379x")]
    [InlineData("redis://u:s3cret@h:-1")]
    [InlineData("redis://u:s3cret@h: 1")]
    [InlineData("redis://u:s3cret@h:")]
    [InlineData("redis://u:s3cr/et@h")]
    [InlineData("redis://u:s3cr?et@h")]
    [InlineData("redis://u:s3cr#et@h")]
    [InlineData("redis://u:s3cret@h/-1")]
    [InlineData("redis://u:s3cret@h/one")]
    [InlineData("redis://u:s3cret@h/0/1")]
    [InlineData("redis://u:s3cret@h/99999999999")]
    [InlineData("redis://u:s3cret@h?db=x")]
    [InlineData("redis://u:s3cret@h?s3cret=1")]
    [InlineData("redis://u:s3cret@h?socket_timeout=5")]
    [InlineData("redis://u:s3cret@h,")]
    [InlineData("redis://u:s3cret@h,,i")]
    [InlineData("redis://u:s3cret@h i")]
    [InlineData("redis://u:s3cret@[::1")]
    [InlineData("redis://u:s3cret@[h]")]
    [InlineData("redis://u:s3cret@::1")]
    [InlineData("redis://u:s3cret@h\r\nFLUSHALL")]
    [InlineData("redis://u:s3cret@h\0")]
    [InlineData("unix://u:s3cret@run/redis.sock")]
    [InlineData("unix://")]
    [InlineData("unix:///")]
    [InlineData("unix:///a%00b")]
    [InlineData("redis+sentinel://u:s3cret@h")]
    [InlineData("redis+sentinel://u:s3cret@h/")]
    [InlineData("redis+sentinel://u:s3cret@h/a/x")]
    [InlineData("redis+sentinel://u:s3cret@h/a/0/1")]
    [InlineData("s3cret@h")]
    [InlineData("u:s3cret@h:6379")]
    [InlineData("h/0,password=s3cret")]
    [InlineData("password=s3cret")]
    [InlineData("h,password=s3,s3cret")]
    [InlineData("h,password=x,h:s3cret")]
    [InlineData("h,s3cret=1")]
    [InlineData("h,defaultDatabase=s3cret")]
    [InlineData("h,defaultDatabase=-1,password=s3cret")]
    [InlineData("h,ssl=s3cret")]
    [InlineData("h,h,password=s3cret")]
    [InlineData("h,tunnel=socks5://s3cret")]
    public void Redis_an_invalid_connection_is_rejected_without_quoting_it(string connection)
    {
        CacheKitException failure = Assert.Throws<CacheKitException>(() => Parse(connection));
        Assert.Equal(ErrorIds.RedisUrlInvalid, failure.ErrorId);
        Assert.DoesNotContain(Secret, failure.ToString() + failure.RecommendedAction, StringComparison.Ordinal);
        Assert.Null(failure.InnerException);
    }

    [Theory]
    [InlineData("rediss://u:s3cret@h#insecure")]
    [InlineData("rediss://u:s3cret@h?ssl_cert_reqs=none")]
    [InlineData("rediss://u:s3cret@h?ssl_check_hostname=false")]
    [InlineData("rediss://u:s3cret@h?rejectUnauthorized=0")]
    [InlineData("rediss://u:s3cret@h?insecure")]
    [InlineData("rediss://u:s3cret@h?skip_verify=true")]
    [InlineData("h,ssl=true,sslVerify=false,password=s3cret")]
    [InlineData("h,ssl=true,TrustServerCertificate=true")]
    public void Redis_certificate_checks_cannot_be_switched_off(string connection)
    {
        CacheKitException failure = Assert.Throws<CacheKitException>(() => Parse(connection));
        Assert.Equal(ErrorIds.RedisUrlInvalid, failure.ErrorId);
        Assert.Contains("certificate", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Redis_a_socket_path_that_is_too_long_is_rejected() => Assert.Equal(
        ErrorIds.RedisUrlInvalid,
        Assert.Throws<CacheKitException>(() => Parse("unix:///" + new string('x', 300))).ErrorId);

    [Fact]
    public void Redis_given_credentials_replace_those_of_the_connection()
    {
        ConfigurationOptions configuration = RedisConnection.Parse(new RedisStoreOptions
        {
            Connection = "redis://u:p@h",
            User = "other",
            Password = Secure("word"),
        }).ToConfiguration();
        Assert.Equal("other", configuration.User);
        Assert.Equal("word", configuration.Password);
    }

    [Fact]
    public void Redis_the_connection_string_cannot_change_the_behaviour()
    {
        ConfigurationOptions configuration = RedisConnection.Parse(new RedisStoreOptions
        {
            Connection = "h,abortConnect=false,connectRetry=9,connectTimeout=99999,syncTimeout=99999,tiebreaker=x",
            ConnectTimeout = TimeSpan.FromSeconds(3),
            OperationTimeout = TimeSpan.FromSeconds(2),
        }).ToConfiguration();
        Assert.True(configuration.AbortOnConnectFail);
        Assert.Equal(0, configuration.ConnectRetry);
        Assert.Equal(3000, configuration.ConnectTimeout);
        Assert.Equal(4000, configuration.AsyncTimeout);
        Assert.Equal("", configuration.TieBreaker);
        Assert.Equal("CacheKit", configuration.ClientName);
        Assert.Same(BacklogPolicy.FailFast, configuration.BacklogPolicy);
        // A lost connection is made again within a quarter of a second, as often as it takes.
        Assert.False(configuration.ReconnectRetryPolicy.ShouldRetry(100, 249));
        Assert.True(configuration.ReconnectRetryPolicy.ShouldRetry(100, 251));
    }

    [Fact]
    public void Redis_the_library_waits_as_long_as_the_largest_value_may_take()
    {
        RedisConnection connection = RedisConnection.Parse(new RedisStoreOptions
        {
            Connection = "h",
            OperationTimeout = TimeSpan.FromSeconds(2),
        });
        TimeSpan allowance = TransferTime.Allowance(40 << 20);
        Assert.Equal(TimeSpan.FromSeconds(5), allowance);
        Assert.Equal(9000, connection.ForLargeValues(allowance).ToConfiguration().AsyncTimeout);
    }

    [Fact]
    public void Redis_equal_connections_are_one_and_others_are_not()
    {
        string identity = Parse("redis://u:p@h:1/0").Identity;
        Assert.Equal(identity, Parse("redis://u:p@h:1").Identity);
        Assert.Equal(identity, Parse("REDIS://u:%70@h:1/0").Identity);
        Assert.DoesNotContain("p@", identity, StringComparison.Ordinal);
        string[] others =
        [
            "redis://u:q@h:1", "redis://v:p@h:1", "redis://h:1", "redis://u:p@h:2", "redis://u:p@h:1/1",
            "rediss://u:p@h:1", "redis://u:p@h:1,i:1", "unix://u:p@/h",
        ];
        Assert.DoesNotContain(identity, others.Select(other => Parse(other).Identity));
    }

    [Fact]
    public void Redis_options_and_names_never_show_the_connection()
    {
        RedisStoreOptions options = new() { Connection = "redis://u:s3cret@h", Password = Secure("s3cret") };
        Assert.DoesNotContain(Secret, options.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("u:", RedisConnection.Parse(options).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no such file")]
    [InlineData("without certificates")]
    public void Redis_an_unusable_CA_file_is_rejected(string kind)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "-----BEGIN NOTHING-----");
            RedisStoreOptions options = new()
            {
                Connection = "rediss://h",
                CaFile = kind == "no such file" ? path + ".none" : path,
            };
            CacheKitException failure = Assert.Throws<CacheKitException>(() => RedisConnection.Parse(options));
            Assert.Equal(ErrorIds.CaFileInvalid, failure.ErrorId);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Redis_a_CA_file_without_TLS_is_rejected() => Assert.Equal(
        ErrorIds.RedisUrlInvalid,
        Assert.Throws<CacheKitException>(() => RedisConnection.Parse(
            new RedisStoreOptions { Connection = "redis://h", CaFile = "ca.pem" })).ErrorId);

    [Fact]
    public void Redis_options_have_their_range()
    {
        RedisStoreOptions options = new() { Connection = "redis://h" };
        foreach (RedisStoreOptions wrong in (RedisStoreOptions[])
        [
            options with { ConnectTimeout = TimeSpan.Zero },
            options with { OperationTimeout = TimeSpan.FromHours(1) },
            options with { MaxValueBytes = 0 },
            options with { MaxValueBytes = (512L << 20) + 1 },
        ])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => RedisConnection.Parse(wrong));
        }
    }

    private static RedisConnection Parse(string connection) =>
        RedisConnection.Parse(new RedisStoreOptions { Connection = connection });

    private static SecureString Secure(string text)
    {
        SecureString secure = new();
        foreach (char character in text)
        {
            secure.AppendChar(character);
        }

        return secure;
    }
}
