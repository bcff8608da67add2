using System.Net;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Http;

/// <summary>Where the API key may be sent: by what the address says, and by what its name means.</summary>
public sealed class HttpStoreOptionsTests : HttpStoreTestBase
{
    [Theory]
    [InlineData("https://api.cachekit.io")]
    [InlineData("https://api.staging.cachekit.io/")]
    [InlineData("HTTPS://API.CACHEKIT.IO")]
    public void Http_the_official_hosts_need_no_permission(string address) => Official(address).Validate();

    [Theory]
    [InlineData("https://cachekit.io")]
    [InlineData("https://api.cachekit.io.example.com")]
    [InlineData("https://api.cachekit.io.")]
    [InlineData("https://evil-api.cachekit.io")]
    [InlineData("https://xapi.cachekit.io")]
    [InlineData("https://api.cachekit.iо")]
    [InlineData("https://1.1.1.1")]
    public void Http_another_host_needs_permission(string address)
    {
        Refused(Official(address), "CACHEKIT_ALLOW_CUSTOM_HOST");
        (Official(address) with { AllowCustomHost = true }).Validate();
    }

    [Theory]
    [InlineData("https://localhost")]
    [InlineData("https://LOCALHOST.")]
    [InlineData("https://cache.localhost")]
    [InlineData("https://127.0.0.1")]
    [InlineData("https://127.1")]
    [InlineData("https://2130706433")]
    [InlineData("https://0x7f000001")]
    [InlineData("https://0x7f.0.0.1")]
    [InlineData("https://0177.0.0.1")]
    [InlineData("https://017700000001")]
    [InlineData("https://10.0.0.1")]
    [InlineData("https://0xa.1")]
    [InlineData("https://167772161")]
    [InlineData("https://172.16.0.1")]
    [InlineData("https://172.31.255.255")]
    [InlineData("https://192.168.1.1")]
    [InlineData("https://3232235777")]
    [InlineData("https://100.64.0.1")]
    [InlineData("https://[::1]")]
    [InlineData("https://[0:0:0:0:0:0:0:1]")]
    [InlineData("https://[fc00::1]")]
    [InlineData("https://[fd12:3456::1]")]
    [InlineData("https://[::ffff:127.0.0.1]")]
    [InlineData("https://[::ffff:7f00:1]")]
    [InlineData("https://[::ffff:10.0.0.1]")]
    [InlineData("https://[::127.0.0.1]")]
    [InlineData("https://[64:ff9b::7f00:1]")]
    [InlineData("https://[64:ff9b::192.168.1.1]")]
    [InlineData("https://[2002:7f00:1::]")]
    [InlineData("https://[2002:c0a8:101::]")]
    [InlineData("https://①②⑦.⓪.⓪.①")]
    [InlineData("https://ⓛocalhost")]
    public void Http_a_private_address_needs_permission_in_every_form(string address)
    {
        HttpStoreOptions options = Official(address) with { AllowCustomHost = true };
        Refused(options, "CACHEKIT_ALLOW_PRIVATE_NETWORK");
        (options with { AllowPrivateAddresses = true }).Validate();
    }

    [Theory]
    [InlineData("https://0.0.0.0")]
    [InlineData("https://0")]
    [InlineData("https://169.254.169.254")]
    [InlineData("https://2852039166")]
    [InlineData("https://0xa9.0xfe.0xa9.0xfe")]
    [InlineData("https://224.0.0.1")]
    [InlineData("https://255.255.255.255")]
    [InlineData("https://[::]")]
    [InlineData("https://[fe80::1]")]
    [InlineData("https://[fe80::1%25eth0]")]
    [InlineData("https://[ff02::1]")]
    [InlineData("https://[::ffff:169.254.169.254]")]
    [InlineData("https://[64:ff9b::a9fe:a9fe]")]
    [InlineData("https://[2002:a9fe:a9fe::]")]
    public void Http_a_forbidden_address_is_rejected_with_any_permission(string address) =>
        Refused(Official(address) with { AllowCustomHost = true, AllowPrivateAddresses = true }, "address of a store");

    [Theory]
    [InlineData("http://api.cachekit.io")]
    [InlineData("http://cache.example.com")]
    [InlineData("http://10.0.0.1")]
    [InlineData("http://[fc00::1]")]
    [InlineData("ftp://api.cachekit.io")]
    [InlineData("file:///etc/passwd")]
    [InlineData("unix:///var/run/docker.sock")]
    [InlineData("https://user:pa55word@api.cachekit.io")]
    [InlineData("https://user@api.cachekit.io")]
    [InlineData("https://api.cachekit.io?key=pa55word")]
    [InlineData("https://api.cachekit.io#pa55word")]
    [InlineData("/v1/cache")]
    public void Http_an_address_of_another_scheme_or_form_is_rejected(string address)
    {
        CacheKitException exception =
            Refused(Official(address) with { AllowCustomHost = true, AllowPrivateAddresses = true }, "");
        Assert.DoesNotContain("pa55word", exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("pa55word", Official(address).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:5100")]
    [InlineData("http://[::1]:5100")]
    [InlineData("http://localhost:5100")]
    public void Http_encryption_is_optional_on_this_machine(string address) =>
        (Official(address) with { AllowCustomHost = true, AllowPrivateAddresses = true }).Validate();

    [Theory]
    [InlineData("", "empty")]
    [InlineData("ck_live_abc ", "position 12")]
    [InlineData("ck_live_a\nX-Evil: 1", "position 10")]
    [InlineData("\u00a0ck_live", "position 1")]
    [InlineData("ck_livé", "position 7")]
    [InlineData("ck_live\u0000", "position 8")]
    public void Http_a_key_that_could_alter_a_header_is_rejected(string key, string expected)
    {
        HttpStoreOptions options = new() { ApiKey = HttpStores.Secure(key) };
        CacheKitException exception = Assert.Throws<CacheKitException>(options.Validate);
        Assert.Equal(ErrorIds.ApiKeyInvalid, exception.ErrorId);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ck_liv", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Http_a_key_may_have_512_characters()
    {
        new HttpStoreOptions { ApiKey = HttpStores.Secure(new string('k', 512)) }.Validate();
        Assert.Throws<CacheKitException>(
            new HttpStoreOptions { ApiKey = HttpStores.Secure(new string('k', 513)) }.Validate);
    }

    [Fact]
    public void Http_timeouts_and_sizes_have_their_range()
    {
        HttpStoreOptions options = Official("https://api.cachekit.io");
        Assert.Throws<ArgumentOutOfRangeException>((options with { ConnectTimeout = TimeSpan.Zero }).Validate);
        Assert.Throws<ArgumentOutOfRangeException>((options with { ConnectTimeout = TimeSpan.FromDays(1) }).Validate);
        Assert.Throws<ArgumentOutOfRangeException>((options with { OperationTimeout = TimeSpan.Zero }).Validate);
        Assert.Throws<ArgumentOutOfRangeException>((options with { OperationTimeout = TimeSpan.MaxValue }).Validate);
        Assert.Throws<ArgumentOutOfRangeException>((options with { MaxValueBytes = 0 }).Validate);
        Assert.Throws<ArgumentOutOfRangeException>((options with { MaxValueBytes = long.MaxValue }).Validate);
    }

    [Fact]
    public void Http_options_and_names_never_show_the_key()
    {
        HttpStoreOptions options = new() { ApiKey = HttpStores.Secure(HttpStores.ApiKey) };
        Assert.Equal("HttpStoreOptions https://api.cachekit.io/", options.ToString());
        HttpStore store = new(options, Clock);
        Assert.Equal("HTTP store https://api.cachekit.io", store.DisplayName);
        Assert.Equal(StoreCapabilities.Locking, store.Capabilities);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("0.0.0.0")]
    public async Task Http_a_name_that_resolves_to_a_private_address_is_not_connected_to(string address)
    {
        Serve(FaultyAnswers.Ok("v"), options => options with
        {
            BaseAddress = new Uri($"https://rebound.example.com:{options.BaseAddress.Port}"),
            AllowPrivateAddresses = false,
            Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(address)]),
        });
        StoreException exception = await FaultAsync(StoreFault.AccessDenied, () => RunAsync("get"));
        Assert.Contains("CACHEKIT_ALLOW_PRIVATE_NETWORK", exception.WayOut, StringComparison.Ordinal);
        Assert.Empty(Server.Exchanges);
    }

    [Fact]
    public async Task Http_a_name_that_resolves_differently_later_is_checked_again()
    {
        Queue<string> meanings = new(["127.0.0.1", "169.254.169.254"]);
        Serve(
            exchange =>
            {
                exchange.Closes = true;
                return exchange.SendAsync("404 Not Found", string.Empty, "Connection: close");
            },
            options => options with
            {
                BaseAddress = new Uri($"http://cache.localhost:{options.BaseAddress.Port}"),
                Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(meanings.Dequeue())]),
            });
        Assert.Null(await Store.GetAsync("k", Token));
        await FaultAsync(StoreFault.AccessDenied, () => RunAsync("get"));
    }

    [Fact]
    public async Task Http_a_loopback_name_that_resolves_elsewhere_gets_no_key_unencrypted()
    {
        Serve(FaultyAnswers.Ok("v"), options => options with
        {
            BaseAddress = new Uri($"http://localhost:{options.BaseAddress.Port}"),
            Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("10.0.0.1"), IPAddress.Parse("1.1.1.1")]),
        });
        await FaultAsync(StoreFault.AccessDenied, () => RunAsync("get"));
    }

    [Fact]
    public async Task Http_the_allowed_ones_of_several_addresses_are_used()
    {
        Serve(FaultyAnswers.Ok("v"), options => options with
        {
            BaseAddress = new Uri($"http://localhost:{options.BaseAddress.Port}"),
            Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("10.0.0.1"), IPAddress.Loopback]),
        });
        Assert.NotNull(await Store.GetAsync("k", Token));
    }

    private static HttpStoreOptions Official(string address) => new()
    {
        BaseAddress = new Uri(address, UriKind.RelativeOrAbsolute),
        ApiKey = HttpStores.Secure(HttpStores.ApiKey),
    };

    private static CacheKitException Refused(HttpStoreOptions options, string wayOut)
    {
        CacheKitException exception = Assert.Throws<CacheKitException>(options.Validate);
        Assert.Equal(ErrorIds.ApiUrlInvalid, exception.ErrorId);
        Assert.Contains(wayOut, exception.RecommendedAction, StringComparison.Ordinal);
        return exception;
    }
}
