using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching.Rotation;

/// <summary>
/// Moves native entries to where the encrypting key puts them: opened, sealed again with the same times, and exchanged
/// only if both places still hold what was read there.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="current">The keys that encrypt.</param>
/// <param name="clock">The clock that expiry goes by.</param>
internal sealed class EntryMover(ICacheStore store, TenantKeys current, TimeProvider clock)
{
    /// <summary>Moves an entry.</summary>
    /// <param name="old">The keys that it is sealed under.</param>
    /// <param name="physicalKey">Where it lies.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<RotationOutcome> MoveAsync(
        TenantKeys old, string physicalKey, CancellationToken cancellationToken)
    {
        if (!TryParse(old, physicalKey, out EntryKey source))
        {
            return RotationOutcome.Malformed;
        }

        byte[]? frame = await store.GetAsync(physicalKey, cancellationToken).ConfigureAwait(false);
        byte[]? occupant = null;
        for (int attempt = 1; frame is not null; attempt++)
        {
            bool isLast = attempt == Contention.Attempts;
            (RotationOutcome outcome, StoreExchange? exchange, string? target) = Decide(source, frame, occupant);
            bool mayEnd = outcome != RotationOutcome.Contended || isLast;
            if (mayEnd && (exchange is null
                || await store.TryExchangeAsync(exchange, cancellationToken).ConfigureAwait(false)))
            {
                return outcome == RotationOutcome.Contended ? RotationOutcome.Superseded : outcome;
            }

            if (isLast)
            {
                return RotationOutcome.Contended;
            }

            await Contention.PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
            // The first attempt takes it that nothing lies there yet, which saves a round trip.
            IReadOnlyList<byte[]?> found = await store
                .GetManyAsync(target is null ? [physicalKey] : [physicalKey, target], cancellationToken)
                .ConfigureAwait(false);
            frame = found[0];
            occupant = found.Count > 1 ? found[1] : null;
        }

        return RotationOutcome.Gone;
    }

    /// <summary>Whether an entry can be moved, so that it does not stay under its key until its time is over.</summary>
    /// <param name="old">The keys that it is sealed under.</param>
    /// <param name="physicalKey">Where it lies.</param>
    /// <param name="frame">Its bytes.</param>
    public bool CanMove(TenantKeys old, string physicalKey, byte[] frame) =>
        TryParse(old, physicalKey, out EntryKey source) && Decide(source, frame, occupant: null).Exchange is not null;

    private static bool TryParse(TenantKeys keys, string physicalKey, out EntryKey key)
    {
        key = default;
        if (!PhysicalKey.TryParse(physicalKey, out PhysicalKey? parts))
        {
            return false;
        }

        key = new EntryKey(keys, parts.Namespace, parts.Id);
        return string.Equals(key.ToString(), physicalKey, StringComparison.Ordinal);
    }

    private (RotationOutcome Outcome, StoreExchange? Exchange, string? Target) Decide(
        EntryKey source, byte[] frame, byte[]? occupant)
    {
        OpenOutcome opened = NativeCodec.Open(source, frame, out OpenedEntry entry);
        if (opened != OpenOutcome.Opened)
        {
            return (Refused(opened), null, null);
        }

        using (entry)
        {
            StoreExchange removal = new() { Key = source.ToString(), Expected = frame };
            EntryHeader header = entry.Header;
            long left = header.CreatedUnixMs + header.KeepForMs - clock.GetUtcNow().ToUnixTimeMilliseconds();
            if (left <= 0)
            {
                return (RotationOutcome.Expired, removal, null);
            }

            if (entry.Digest is not { } digest || source.Keys.KeyFor(source.Namespace, digest).Id != source.Id)
            {
                return (RotationOutcome.NotMovable, null, null);
            }

            EntryKey target = current.KeyFor(source.Namespace, digest);
            string targetKey = target.ToString();
            if (occupant is not null && Judge(target, occupant, entry) is { } judgement)
            {
                bool isOver = judgement is RotationOutcome.Superseded or RotationOutcome.Contended;
                return (judgement, isOver ? removal : null, targetKey);
            }

            StoreExchange move = removal with
            {
                Target = targetKey,
                TargetExpected = occupant,
                Value = NativeCodec.Seal(target, digest, entry.Name, entry.Value.Span, header, header.Compressed),
                TimeToLive = TimeSpan.FromMilliseconds(left),
            };
            return (RotationOutcome.Moved, move, targetKey);
        }
    }

    /// <summary>What another entry at the target means for one that belongs there; null when it gives way.</summary>
    /// <remarks>
    /// One of the same moment is this very entry, from a run that was cut off. If it has another value, somebody is
    /// just replacing one by the other: he knows which is the later, and clears up what is not.
    /// </remarks>
    private RotationOutcome? Judge(EntryKey target, byte[] occupant, OpenedEntry entry)
    {
        OpenOutcome opened = NativeCodec.Open(target, occupant, out OpenedEntry there);
        using (there)
        {
            if (opened != OpenOutcome.Opened)
            {
                return Refused(opened);
            }

            long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
            if (EntryCache.IsNewer(entry.Header, there.Header, now))
            {
                return null;
            }

            bool isSameMoment = there.Header.CreatedUnixMs == entry.Header.CreatedUnixMs;
            return !isSameMoment || there.Value.Span.SequenceEqual(entry.Value.Span)
                ? RotationOutcome.Superseded
                : RotationOutcome.Contended;
        }
    }

    private static RotationOutcome Refused(OpenOutcome outcome) => outcome == OpenOutcome.NotAuthentic
        ? RotationOutcome.NotAuthentic
        : RotationOutcome.Malformed;
}
