namespace CacheKit.Core.Storage;

/// <summary>
/// A store that lists page by page, a round trip each. Pages without a key of the pattern are pages too: where most
/// keys are somebody else's, whoever waits sees that the store is alive.
/// </summary>
internal interface IPagedListing
{
    /// <summary>The pages of <see cref="ICacheStore.ListAsync"/>, empty ones included.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    IAsyncEnumerable<IReadOnlyList<string>> ListPagesAsync(string pattern, CancellationToken cancellationToken);
}
