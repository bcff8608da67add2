using System.Buffers.Binary;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Delegates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Delegates;

/// <summary>What a store of the user's own may answer, and what becomes of its failures.</summary>
public sealed class DelegateStoreTests
{
    private const string Key = "ck:ab:main:01";

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(1_900_000_000_000));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<object?[], byte[]?> Answers => new()
    {
        { [], null },
        { [null], null },
        { [Array.Empty<object>()], [] },
        { [new byte[] { 1, 2 }], [1, 2] },
        { [Array.Empty<byte>()], [] },
        { [(byte)1, (byte)0, (byte)255], [1, 0, 255] },
        { [7], [7] },
        { [7L, 255, (byte)3], [7, 255, 3] },
        { [new object?[] { 1, (byte)2 }], [1, 2] },
        { [new[] { 0, 255 }], [0, 255] },
        { [new MemoryStream([4, 5])], [4, 5] },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Backend_bytes_are_accepted_in_any_form_a_script_returns(object?[] written, byte[]? expected) =>
        Assert.Equal(expected, await StoreOf(get: (_, _) => Written(written)).GetAsync(Key, Token));

    [Theory]
    [InlineData("text", "System.String")]
    [InlineData(256, "System.Int32")]
    [InlineData(-1L, "System.Int64")]
    [InlineData(true, "System.Boolean")]
    [InlineData(1.0, "System.Double")]
    public async Task Backend_any_other_type_is_an_unexpected_answer(object written, string type)
    {
        StoreException fault = await Assert.ThrowsAsync<StoreException>(
            async () => await StoreOf(get: (_, _) => Written((byte)1, written)).GetAsync(Key, Token));
        Assert.Equal(StoreFault.UnexpectedAnswer, fault.Fault);
        Assert.Equal(
            $"The backend 'Consul' gave {type} in its -Get block, where bytes are expected.", fault.Message);
    }

    [Fact]
    public async Task Backend_null_among_bytes_is_an_unexpected_answer()
    {
        StoreException fault = await Assert.ThrowsAsync<StoreException>(
            async () => await StoreOf(get: (_, _) => Written((byte)1, null)).GetAsync(Key, Token));
        Assert.Contains("gave null in", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("broken", "broken.")]
    [InlineData("broken!", "broken!")]
    [InlineData(" first\r\n\t second\u0007 ", "first second.")]
    [InlineData("no file /x/ck:ab:main:01", "no file /x/<key>.")]
    [InlineData("", "InvalidOperationException.")]
    public async Task Backend_a_failure_is_reported_in_the_authors_words_on_one_line(string message, string reason)
    {
        StoreException fault = await FaultOfAsync(new InvalidOperationException(message));
        Assert.Equal(StoreFault.Unavailable, fault.Fault);
        Assert.Equal($"The backend 'Consul' failed in its -Get block: {reason}", fault.Message);
        Assert.IsType<InvalidOperationException>(fault.InnerException);
    }

    [Fact]
    public async Task Backend_a_long_failure_message_is_truncated()
    {
        StoreException fault = await FaultOfAsync(new IOException(new string('x', 1000)));
        Assert.EndsWith($": {new string('x', 200)}…", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backend_known_exceptions_become_their_kind_of_fault()
    {
        Assert.Equal(StoreFault.TimedOut, (await FaultOfAsync(new TimeoutException())).Fault);
        Assert.Equal(StoreFault.AccessDenied, (await FaultOfAsync(
            new InvalidOperationException("outer", new UnauthorizedAccessException()))).Fault);
        // Nobody cancelled: the function gave up by itself.
        Assert.Equal(StoreFault.Unavailable, (await FaultOfAsync(new OperationCanceledException())).Fault);
        StoreException own = new(StoreFault.Full, "Full.");
        Assert.Same(own, await FaultOfAsync(own));
    }

    [Fact]
    public async Task Backend_a_value_is_written_in_an_envelope_with_its_expiry()
    {
        object?[] given = [];
        DelegateStore store = StoreOf(set: (arguments, _) =>
        {
            given = arguments;
            return Written("ignored");
        });
        await store.SetAsync(Key, new byte[] { 7, 8 }, TimeSpan.FromSeconds(5), Token);
        Assert.Equal(Key, given[0]);
        Assert.Equal(TimeSpan.FromSeconds(5), given[2]);
        byte[] envelope = Assert.IsType<byte[]>(given[1]);
        Assert.Equal("CKD\u0001"u8, envelope.AsSpan(0, 4));
        Assert.Equal(1_900_000_005_000, BinaryPrimitives.ReadInt64BigEndian(envelope.AsSpan(4)));
        Assert.Equal([7, 8], envelope[12..]);
    }

    [Theory]
    [InlineData("434B4401000000")]
    [InlineData("434B44020000000000000000FF")]
    [InlineData("434B5001000000000000000000")]
    public async Task Backend_bytes_without_an_envelope_are_returned_as_they_are(string hex)
    {
        byte[] stored = Convert.FromHexString(hex);
        DelegateStore store = StoreOf(get: (_, _) => Written(stored));
        byte[]? found = await store.GetAsync(Key, Token);
        Assert.Equal(stored, found);
        Assert.NotSame(stored, found);
    }

    [Fact]
    public async Task Backend_missing_blocks_are_missing_capabilities()
    {
        DelegateStore store = StoreOf();
        Assert.Equal(StoreCapabilities.None, store.Capabilities);
        Assert.Equal(StoreFault.Unsupported, (await Assert.ThrowsAsync<StoreException>(
            async () => await store.AnyAsync("*", Token))).Fault);
        Assert.Equal(StoreFault.Unsupported, (await Assert.ThrowsAsync<StoreException>(
            async () => await store.TryLockAsync(Key, TimeSpan.FromSeconds(1), Token))).Fault);
    }

    [Fact]
    public async Task Backend_listed_keys_must_be_text_and_those_that_do_not_match_are_skipped()
    {
        DelegateStore store = StoreOf(
            get: (_, _) => Written((byte)1), list: (_, _) => Written("ck:ab:main:01", "other", ""));
        Assert.True(await store.AnyAsync("ck:*", Token));
        Assert.False(await store.AnyAsync("ck:cd:*", Token));
        StoreException fault = await Assert.ThrowsAsync<StoreException>(
            async () => await StoreOf(list: (_, _) => Written("a", 1)).AnyAsync("*", Token));
        Assert.Equal(
            "The backend 'Consul' gave System.Int32 in its -List block, where keys, as text are expected.",
            fault.Message);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData("token", true)]
    [InlineData(false, false)]
    [InlineData(null, false)]
    public async Task Backend_true_or_a_token_grants_a_lock(object? written, bool granted)
    {
        object? returned = null;
        DelegateStore store = StoreOf(
            @lock: (_, _) => Written(written),
            unlock: (arguments, _) =>
            {
                returned = arguments[1];
                return Written();
            });
        IStoreLock? held = await store.TryLockAsync(Key, TimeSpan.FromSeconds(9), Token);
        Assert.Equal(granted, held is not null);
        if (held is not null)
        {
            Assert.True(await held.RenewAsync(TimeSpan.FromHours(1), Token));
            await held.DisposeAsync();
            Assert.Equal(written, returned);
            Assert.False(await held.RenewAsync(TimeSpan.FromHours(1), Token));
        }
    }

    [Fact]
    public async Task Backend_an_expired_lock_is_not_released_and_a_failed_release_is_harmless()
    {
        int releases = 0;
        DelegateStore store = StoreOf(
            @lock: (_, _) => Written(true),
            unlock: (_, _) =>
            {
                releases++;
                throw new IOException("down");
            });
        IStoreLock? late = await store.TryLockAsync(Key, TimeSpan.FromSeconds(9), Token);
        _clock.Advance(TimeSpan.FromSeconds(9));
        await late!.DisposeAsync();
        Assert.Equal(0, releases);
        IStoreLock? early = await store.TryLockAsync(Key, TimeSpan.FromSeconds(9), Token);
        await early!.DisposeAsync();
        Assert.Equal(1, releases);
    }

    private static ValueTask<IReadOnlyList<object?>> Written(params object?[]? items) => new(items ?? [null]);

    private async Task<StoreException> FaultOfAsync(Exception exception) =>
        await Assert.ThrowsAsync<StoreException>(
            async () => await StoreOf(get: (_, _) => throw exception).GetAsync(Key, Token));

    private DelegateStore StoreOf(
        DelegateStoreBlock? get = null,
        DelegateStoreBlock? set = null,
        DelegateStoreBlock? list = null,
        DelegateStoreBlock? @lock = null,
        DelegateStoreBlock? unlock = null) => new(
        "Consul",
        new DelegateStoreBlocks
        {
            Get = get ?? ((_, _) => Written()),
            Set = set ?? ((_, _) => Written()),
            Remove = (_, _) => Written(),
            List = list,
            Lock = @lock,
            Unlock = unlock,
        },
        _clock);
}
