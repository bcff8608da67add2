using System.Net;
using System.Text.Json;
using CacheKit.Core.Formats;

namespace CacheKit.Core.Storage.Http;

/// <content>What the server says of itself.</content>
public sealed partial class HttpStore
{
    private const int MaxHealthBytes = 64 * 1024;

    private const int MaxHealthLength = 64;

    private static readonly TimeSpan s_probeLife = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Asks the server for its health, and tries each part of the protocol on a key of its own, which is removed again.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreException">
    /// The server cannot be reached, is none of ours, or tells its health only to a key that it accepts.
    /// </exception>
    public async ValueTask<HttpDescription> DescribeAsync(CancellationToken cancellationToken)
    {
        // The first question opens the connection; the second one measures.
        _ = await RunAsync(AskHealthAsync, cancellationToken).ConfigureAwait(false);
        DateTimeOffset sent = _timeProvider.GetUtcNow();
        long begin = _timeProvider.GetTimestamp();
        (string health, DateTimeOffset? date, Version version) =
            await RunAsync(AskHealthAsync, cancellationToken).ConfigureAwait(false);
        TimeSpan roundTrip = _timeProvider.GetElapsedTime(begin);
        string probe = PhysicalKey.NewProbe();
        bool? isWritable = await TryWriteAsync(probe, cancellationToken).ConfigureAwait(false);
        return new HttpDescription
        {
            Health = health,
            RoundTrip = roundTrip,
            ClockOffset = date - (sent + (roundTrip / 2)),
            TlsProtocol = _transport.Protocol,
            HttpVersion = version,
            IsKeyAccepted = isWritable is not null,
            IsWritable = isWritable is true,
            HasLocks = isWritable is not null
                && await TryProbeLockAsync(probe, cancellationToken).ConfigureAwait(false),
            HasListing = isWritable is not null
                && await TryProbeListAsync(probe, cancellationToken).ConfigureAwait(false),
        };
    }

    private static string ReadHealth(JsonElement answer)
    {
        string? status = JsonAnswers.Find(answer, "status") is { } value ? JsonAnswers.ReadText(value) : null;
        return status is { Length: > 0 and <= MaxHealthLength } && status.All(each => each is >= ' ' and <= '~')
            ? status
            : throw new UnexpectedAnswerException("with a health that is none");
    }

    private async ValueTask<(string Health, DateTimeOffset? Date, Version Version)> AskHealthAsync(
        OperationDeadline deadline)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, _path.Health);
        using HttpResponseMessage response =
            await _transport.SendAsync(request, deadline, deadline.Token).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw _faults.FromStatus(response);
        }

        JsonElement answer = await BoundedBody.ReadJsonAsync(response.Content, MaxHealthBytes, deadline.Token)
            .ConfigureAwait(false);
        return (ReadHealth(answer), response.Headers.Date, response.Version);
    }

    /// <returns>Null when the key is not accepted.</returns>
    private async ValueTask<bool?> TryWriteAsync(string probe, CancellationToken cancellationToken)
    {
        byte[] value = [1];
        try
        {
            await SetAsync(probe, value, s_probeLife, cancellationToken).ConfigureAwait(false);
            byte[]? found = await GetAsync(probe, cancellationToken).ConfigureAwait(false);
            _ = await RemoveAsync(probe, cancellationToken).ConfigureAwait(false);
            return found is not null && found.AsSpan().SequenceEqual(value);
        }
        catch (StoreException exception) when (!exception.IsTransient)
        {
            return exception.Fault == StoreFault.AuthenticationFailed ? null : false;
        }
    }

    private async ValueTask<bool> TryProbeLockAsync(string probe, CancellationToken cancellationToken)
    {
        try
        {
            IStoreLock? held = await TryLockAsync(probe, s_probeLife, cancellationToken).ConfigureAwait(false);
            if (held is null)
            {
                return false;
            }

            await held.DisposeAsync().ConfigureAwait(false);
            return true;
        }
        catch (StoreException exception) when (!exception.IsTransient)
        {
            return false;
        }
    }

    private async ValueTask<bool> TryProbeListAsync(string probe, CancellationToken cancellationToken)
    {
        try
        {
            _ = await this.AnyAsync(probe, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StoreException exception) when (!exception.IsTransient)
        {
            return false;
        }
    }
}
