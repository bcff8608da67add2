using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace CacheKit.Core.Storage.Http;

/// <content>Locks: PROTOCOL sections 9 and 11.</content>
public sealed partial class HttpStore
{
    private const int MaxLockAnswerBytes = 16 * 1024;

    private const int MaxLockIdLength = 256;

    /// <inheritdoc/>
    public ValueTask<IStoreLock?> TryLockAsync(string key, TimeSpan lease, CancellationToken cancellationToken)
    {
        Check(key);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        // From before the request: the server's lease then ends later than ours, never earlier.
        long begin = _timeProvider.GetTimestamp();
        return RunAsync<IStoreLock?>(
            async deadline => await TakeAsync(key, lease, deadline).ConfigureAwait(false) is { } id
                ? new HttpStoreLock(this, key, id, () => _timeProvider.GetElapsedTime(begin) >= lease)
                : null,
            cancellationToken);
    }

    /// <summary>Gives a lock back. One that has ended, or is somebody else's by now, is left alone.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="lockId">What proves its possession.</param>
    internal async ValueTask ReleaseAsync(string key, string lockId) => _ = await RunAsync(
        async deadline =>
        {
            using HttpRequestMessage request = new(HttpMethod.Delete, _path.Lock(key));
            // A header and never the query, which servers write to their logs.
            request.Headers.Add("X-CacheKit-Lock-Id", lockId);
            using HttpResponseMessage response =
                await _transport.SendAsync(request, deadline, deadline.Token).ConfigureAwait(false);
            return response.StatusCode;
        },
        CancellationToken.None).ConfigureAwait(false);

    private static bool IsSafeId(string id) =>
        id.Length is > 0 and <= MaxLockIdLength && !id.AsSpan().ContainsAnyExceptInRange('!', '~');

    private async ValueTask<string?> TakeAsync(string key, TimeSpan lease, OperationDeadline deadline)
    {
        string milliseconds = Math.Ceiling(lease.TotalMilliseconds).ToString("F0", CultureInfo.InvariantCulture);
        using HttpRequestMessage request = new(HttpMethod.Post, _path.Lock(key));
        request.Content = new StringContent($"{{\"timeout_ms\":{milliseconds}}}", Encoding.UTF8, "application/json");
        using HttpResponseMessage response =
            await _transport.SendAsync(request, deadline, deadline.Token).ConfigureAwait(false);
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                break;
            case HttpStatusCode.Conflict:
                return null;
            case HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented:
                _cannotLock = true;
                throw _faults.Unsupported("lock keys");
            default:
                throw _faults.FromStatus(response);
        }

        JsonElement answer = await BoundedBody.ReadJsonAsync(response.Content, MaxLockAnswerBytes, deadline.Token)
            .ConfigureAwait(false);
        if (JsonAnswers.Find(answer, "lock_id") is not { } id || id.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return JsonAnswers.ReadText(id) is { } text && IsSafeId(text)
            ? text
            : throw new UnexpectedAnswerException("with a lock that has no usable id");
    }
}
