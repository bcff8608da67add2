using System.Net;
using System.Text.Json;

namespace CacheKit.Core.Storage.Http;

/// <content>Exchanges. The protocol has no conditions: steps, under locks where the server has them.</content>
public sealed partial class HttpStore : ITimedStore
{
    private const int MaxLifeAnswerBytes = 16 * 1024;

    /// <inheritdoc/>
    /// <remarks>Others who write without a lock may come between two steps.</remarks>
    public ValueTask<bool> TryExchangeAsync(StoreExchange exchange, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        exchange.Validate();
        Check(exchange.Key);
        if (exchange.Target is { } target)
        {
            Check(target);
        }

        return StepwiseExchange.RunLockedAsync(this, new UnguardedSteps(this), exchange, cancellationToken);
    }

    ValueTask<TimeSpan?> ITimedStore.ReadTimeLeftAsync(string key, CancellationToken cancellationToken) =>
        RunAsync(deadline => ReadTimeLeftAsync(key, deadline), cancellationToken);

    ValueTask ITimedStore.SetForeverAsync(
        string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        PutAsync(key, value, seconds: null, cancellationToken);

    private static TimeSpan ReadLife(JsonElement answer)
    {
        if (JsonAnswers.Find(answer, "ttl") is not { } life)
        {
            throw new UnexpectedAnswerException("with a time to live that is none");
        }

        if (life.ValueKind == JsonValueKind.Null)
        {
            return TimeSpan.MaxValue;
        }

        return life.ValueKind == JsonValueKind.Number && life.TryGetInt64(out long seconds)
            && seconds is >= 0 and <= MaxTimeToLiveSeconds
                // Of the last second, nothing may be left in whole ones.
                ? TimeSpan.FromSeconds(Math.Max(1, seconds))
                : throw new UnexpectedAnswerException("with a time to live that is none");
    }

    private async ValueTask<TimeSpan?> ReadTimeLeftAsync(string key, OperationDeadline deadline)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, _path.Life(key));
        using HttpResponseMessage response =
            await _transport.SendAsync(request, deadline, deadline.Token).ConfigureAwait(false);
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                JsonElement answer = await BoundedBody
                    .ReadJsonAsync(response.Content, MaxLifeAnswerBytes, deadline.Token).ConfigureAwait(false);
                return ReadLife(answer);
            case HttpStatusCode.NotFound:
                // The entry may be gone, or the server may not have this part of the protocol.
                return await GetOneAsync(key, deadline, deadline.Token).ConfigureAwait(false) is null
                    ? null
                    : throw _faults.Unsupported("tell how long an entry lasts");
            case HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented:
                throw _faults.Unsupported("tell how long an entry lasts");
            default:
                throw _faults.FromStatus(response);
        }
    }
}
