using System.Collections.Concurrent;
using CacheKit.Core.Formats;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <summary>
/// Warns, once a namespace, when a namespace that plain entries go to holds encrypted ones: who put them there may
/// believe that all of it is encrypted. Safe for concurrent use.
/// </summary>
public sealed class NamespaceCheck
{
    private static readonly TimeSpan s_longestCheck = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);
    private readonly CacheTiers _tiers;

    internal NamespaceCheck(CacheTiers tiers)
    {
        _tiers = tiers;
    }

    /// <summary>Whether a namespace has been checked already.</summary>
    /// <param name="namespace">The namespace.</param>
    public bool Knows(string @namespace) => _known.ContainsKey(@namespace);

    /// <summary>
    /// Checks a namespace. A store that does not find an encrypted entry in a quarter of a second, or cannot list, is
    /// believed.
    /// </summary>
    /// <param name="namespace">The namespace.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask CheckAsync(string @namespace, CancellationToken cancellationToken)
    {
        if (!_known.TryAdd(@namespace, true))
        {
            return;
        }

        // On a large server, looking through all keys takes its time: the warning is not worth more than a moment.
        using CancellationTokenSource moment = new(s_longestCheck, _tiers.Clock);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(moment.Token, cancellationToken);
        try
        {
            string pattern = PhysicalKey.PatternOf(PhysicalKey.AnyTenantTag, @namespace);
            if (await _tiers.Store.AnyAsync(pattern, either.Token).ConfigureAwait(false))
            {
                _tiers.Notices.Add(
                    $"The namespace '{@namespace}' holds encrypted entries; this command keeps its own there "
                    + "unencrypted.");
            }
        }
        catch (StoreException)
        {
            // What the store cannot tell is no reason for another notice: the lookup that follows has the same fault.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Not found in time.
        }
    }
}
