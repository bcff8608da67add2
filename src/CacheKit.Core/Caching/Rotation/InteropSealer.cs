using CacheKit.Core.Cryptography;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching.Rotation;

/// <summary>
/// Seals interop entries again in their place: <c>nonce || ciphertext || tag</c>, associated data of four components,
/// the keys of the ring in turn (PROTOCOL sections 3.1, 3.2, 4 and 7.5). They have no times of their own: the store's
/// stays.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="keys">The keys of the tenant.</param>
internal sealed class InteropSealer(ICacheStore store, TenantKeyRing keys)
{
    /// <summary>What <see cref="Find"/> answers for bytes that are no sealed entry at all.</summary>
    public const int NoEntry = -2;

    /// <summary>What <see cref="Find"/> answers when no key opens the entry.</summary>
    public const int NoKey = -1;

    /// <summary>Seals an entry under the encrypting key.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<RotationOutcome> SealAsync(string key, CancellationToken cancellationToken)
    {
        byte[]? sealedBytes = await store.GetAsync(key, cancellationToken).ConfigureAwait(false);
        for (int attempt = 1; sealedBytes is not null; attempt++)
        {
            (RotationOutcome outcome, StoreExchange? exchange) = Decide(key, sealedBytes);
            if (exchange is null
                || await store.TryExchangeAsync(exchange, cancellationToken).ConfigureAwait(false))
            {
                return outcome;
            }

            if (attempt == Contention.Attempts)
            {
                return RotationOutcome.Contended;
            }

            await Contention.PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
            sealedBytes = await store.GetAsync(key, cancellationToken).ConfigureAwait(false);
        }

        return RotationOutcome.Gone;
    }

    /// <summary>Which key of the ring opens an entry, the encrypting one being 0.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="sealedBytes">Its bytes.</param>
    public int Find(string key, byte[] sealedBytes)
    {
        if (sealedBytes.Length < EntryCipher.Overhead)
        {
            return NoEntry;
        }

        using SensitiveBuffer plaintext = SensitiveBuffer.Rent(sealedBytes.Length);
        return TryOpen(key, sealedBytes, plaintext);
    }

    private (RotationOutcome Outcome, StoreExchange? Exchange) Decide(string key, byte[] sealedBytes)
    {
        if (sealedBytes.Length < EntryCipher.Overhead)
        {
            return (RotationOutcome.Malformed, null);
        }

        using SensitiveBuffer plaintext = SensitiveBuffer.Rent(sealedBytes.Length);
        switch (TryOpen(key, sealedBytes, plaintext))
        {
            case NoKey:
                return (RotationOutcome.Foreign, null);
            case 0:
                return (RotationOutcome.Current, null);
            default:
                byte[] value = InteropCodec.Seal(keys.Current, key, plaintext.WrittenSpan);
                return (
                    RotationOutcome.Moved,
                    new StoreExchange { Key = key, Expected = sealedBytes, Target = key, Value = value });
        }
    }

    private int TryOpen(string key, byte[] sealedBytes, SensitiveBuffer plaintext) =>
        InteropCodec.TryOpen(keys.Keys, key, sealedBytes, plaintext, out int place) ? place : NoKey;
}
