using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Storage.Http;

/// <summary>A store behind the CacheKit HTTP API: the service, or a server of your own (PROTOCOL section 9).</summary>
/// <remarks>
/// <para>Connects at the first operation. Everything that the server sends is bounded and untrusted; redirects are
/// never followed; the API key goes to the configured host alone, and is in no exception.</para>
/// <para>Times to live are whole seconds there, rounded up, and 30 days at most. Nothing is less correct for it:
/// entries carry their own, authenticated times.</para>
/// <para>The keys that <see cref="Refuses"/> names would be other addresses than their own; whoever gives one is a
/// broken caller, and gets an <see cref="ArgumentException"/>. No physical key is one of them.</para>
/// <para>Some servers answer the removal of an absent key as that of a present one; there, <see cref="RemoveAsync"/> is
/// true for both.</para>
/// </remarks>
public sealed partial class HttpStore : ICacheStore, IPagedListing
{
    // The API's own limit; more is an error there.
    private const int MaxTimeToLiveSeconds = 2_592_000;

    private const int MaxParallelGets = 8;

    private readonly HttpStoreOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly EntryPath _path;
    private readonly HttpTransport _transport;
    private readonly HttpFaults _faults;
    private readonly SecureString _apiKey;
    private volatile bool _isDisposed;
    private volatile bool _cannotList;
    private volatile bool _cannotLock;

    /// <summary>Makes a store; connects to nothing.</summary>
    /// <param name="options">Where it is and what it accepts.</param>
    /// <param name="timeProvider">The clock of timeouts, leases and the dates in Retry-After.</param>
    /// <exception cref="CacheKitException"><see cref="HttpStoreOptions.Validate"/>.</exception>
    /// <exception cref="ArgumentException">A time or size is out of its range.</exception>
    public HttpStore(HttpStoreOptions options, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(timeProvider);
        options.Validate();
        _options = options;
        _timeProvider = timeProvider;
        _path = new EntryPath(options.BaseAddress);
        _faults = new HttpFaults(DisplayName, timeProvider);
        _apiKey = options.ApiKey.Copy();
        _transport = new HttpTransport(options, () => SecretText.ToHeader(_apiKey));
        // Listing is an extension that the service does not have.
        _cannotList = options.IsOfficialHost;
    }

    /// <inheritdoc/>
    public string DisplayName => $"HTTP store {_options.BaseAddress.GetLeftPart(UriPartial.Path).TrimEnd('/')}";

    /// <summary>What the server can do, as far as it has not said otherwise. The protocol cannot renew locks.</summary>
    public StoreCapabilities Capabilities =>
        (_cannotList ? StoreCapabilities.None : StoreCapabilities.Listing)
        | (_cannotLock ? StoreCapabilities.None : StoreCapabilities.Locking);

    /// <summary>Whether a key cannot be sent, since it would be another address than its own.</summary>
    /// <param name="key">The key.</param>
    public static bool Refuses(string key) => EntryPath.Refuses(key);

    /// <inheritdoc/>
    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        Check(key);
        return RunAsync(deadline => GetOneAsync(key, deadline, deadline.Token), cancellationToken);
    }

    /// <summary>
    /// Returns the bytes stored under each key, in the order of the keys; null where there are none. The protocol has
    /// no batches: eight are asked for at a time, and all together have one operation's time, and that of their bytes.
    /// </summary>
    /// <param name="keys">The physical keys.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<IReadOnlyList<byte[]?>> GetManyAsync(
        IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (string key in keys)
        {
            Check(key);
        }

        return RunAsync<IReadOnlyList<byte[]?>>(
            async deadline =>
            {
                byte[]?[] values = new byte[]?[keys.Count];
                ParallelOptions parallel =
                    new() { MaxDegreeOfParallelism = MaxParallelGets, CancellationToken = deadline.Token };
                await Parallel.ForAsync(
                    0,
                    values.Length,
                    parallel,
                    async (i, inner) => values[i] = await GetOneAsync(keys[i], deadline, inner).ConfigureAwait(false))
                    .ConfigureAwait(false);
                return values;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="StoreException">Among others, the value is larger than options or server allow.</exception>
    public async ValueTask SetAsync(
        string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        Check(key);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeToLive, TimeSpan.Zero);
        await PutAsync(
            key, value, Math.Min(Math.Ceiling(timeToLive.TotalSeconds), MaxTimeToLiveSeconds), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        Check(key);
        return RunAsync(
            async deadline =>
            {
                using HttpRequestMessage request = new(HttpMethod.Delete, _path.Entry(key));
                using HttpResponseMessage response =
                    await _transport.SendAsync(request, deadline, deadline.Token).ConfigureAwait(false);
                return response.StatusCode switch
                {
                    HttpStatusCode.OK or HttpStatusCode.NoContent => true,
                    HttpStatusCode.NotFound => false,
                    _ => throw _faults.FromStatus(response),
                };
            },
            cancellationToken);
    }

    /// <summary>Nothing is heard: the protocol has no messages.</summary>
    /// <param name="listener">Never called.</param>
    public void ListenForChanges(Action<string?> listener)
    {
    }

    /// <summary>Nothing happens to this store by itself.</summary>
    /// <param name="incident">Null.</param>
    public bool TryTakeIncident([NotNullWhen(true)] out StoreIncident? incident)
    {
        incident = null;
        return false;
    }

    /// <summary>Closes all connections; operations under way end with a fault.</summary>
    public ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _transport.Dispose();
            _apiKey.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private static void Check(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (EntryPath.Refuses(key))
        {
            throw new ArgumentException("This key cannot be a segment of an address.", nameof(key));
        }
    }

    /// <param name="key">The key.</param>
    /// <param name="value">The bytes.</param>
    /// <param name="seconds">How long they last; null for no end.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async ValueTask PutAsync(
        string key, ReadOnlyMemory<byte> value, double? seconds, CancellationToken cancellationToken)
    {
        if (value.Length > _options.MaxValueBytes)
        {
            throw _faults.TooLarge(value.Length, _options.MaxValueBytes);
        }

        _ = await RunAsync(
            async deadline =>
            {
                using HttpRequestMessage request = new(HttpMethod.Put, _path.Entry(key));
                request.Content = new ReadOnlyMemoryContent(value);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                if (seconds is { } life)
                {
                    request.Headers.Add("X-CacheKit-TTL", life.ToString("F0", CultureInfo.InvariantCulture));
                }

                using HttpResponseMessage response =
                    await _transport.SendAsync(request, deadline, deadline.Token).ConfigureAwait(false);
                return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.NoContent
                    ? true
                    : throw _faults.FromStatus(response);
            },
            cancellationToken,
            value.Length).ConfigureAwait(false);
    }

    private async ValueTask<byte[]?> GetOneAsync(
        string key, OperationDeadline deadline, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, _path.Entry(key));
        using HttpResponseMessage response =
            await _transport.SendAsync(request, deadline, cancellationToken).ConfigureAwait(false);
        byte[]? value = response.StatusCode switch
        {
            HttpStatusCode.OK when !FreshnessHeaders.AllowKeeping(response.Headers) => null,
            HttpStatusCode.OK => await BoundedBody.ReadValueAsync(
                response.Content, _options.MaxValueBytes, deadline, cancellationToken).ConfigureAwait(false),
            HttpStatusCode.NotFound => null,
            _ => throw _faults.FromStatus(response),
        };
        _transport.Count(value is not null);
        return value;
    }

    /// <summary>Runs an operation within its time; what goes wrong becomes a <see cref="StoreException"/>.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <param name="bytes">The size of the value that it sends.</param>
    private async ValueTask<T> RunAsync<T>(
        Func<OperationDeadline, ValueTask<T>> operation, CancellationToken cancellationToken, long bytes = 0)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        using OperationDeadline deadline = new(_options.OperationTimeout, bytes, _timeProvider, cancellationToken);
        try
        {
            return await operation(deadline).ConfigureAwait(false);
        }
        catch (Exception exception) when (
            exception is OperationCanceledException or UnexpectedAnswerException or HttpRequestException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            throw exception switch
            {
                OperationCanceledException => _faults.TimedOut(),
                UnexpectedAnswerException => _faults.Unexpected(exception.Message),
                _ => _faults.FromException(exception),
            };
        }
    }
}
