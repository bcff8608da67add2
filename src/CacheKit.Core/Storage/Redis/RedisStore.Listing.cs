using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace CacheKit.Core.Storage.Redis;

/// <content>Listing, with SCAN.</content>
public sealed partial class RedisStore
{
    /// <inheritdoc/>
    /// <remarks>No key twice, and on a Cluster all primaries or a fault.</remarks>
    public async IAsyncEnumerable<string> ListAsync(
        string pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (IReadOnlyList<string> page in ListPagesAsync(pattern, cancellationToken).ConfigureAwait(false))
        {
            foreach (string key in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return key;
            }
        }
    }

    IAsyncEnumerable<IReadOnlyList<string>> IPagedListing.ListPagesAsync(
        string pattern, CancellationToken cancellationToken) => ListPagesAsync(pattern, cancellationToken);

    private async IAsyncEnumerable<IReadOnlyList<string>> ListPagesAsync(
        string pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        KeyPattern.Check(pattern);
        ConnectionMultiplexer multiplexer = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        RedisScan scan = new(
            multiplexer, _connection.Database, pattern, _options.OperationTimeout, _options.Clock, _faults);
        if (!await GuardAsync(scan.FindPrimariesAsync(cancellationToken), multiplexer, cancellationToken)
            .ConfigureAwait(false))
        {
            throw _faults.PartMissing();
        }

        while (await GuardAsync(scan.NextAsync(cancellationToken), multiplexer, cancellationToken)
            .ConfigureAwait(false) is { } page)
        {
            yield return page;
        }
    }
}
