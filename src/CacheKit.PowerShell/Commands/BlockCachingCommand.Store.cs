using System.Management.Automation;
using CacheKit.Conversion;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Execution;

namespace CacheKit.Commands;

/// <content>How a result is stored.</content>
public abstract partial class BlockCachingCommand
{
    private void Store(EntryCache cache, EntryKeys keys, BlockOutput output, TimeSpan lifetime, Flight? flight)
    {
        SealedEntry? entry;
        try
        {
            entry = Seal(cache, keys, output, lifetime);
        }
        catch (CacheKitException failure)
        {
            flight?.Complete(new FlightResult(FlightOutcome.NotCached));
            WriteError(ErrorRecords.From(failure, null));
            return;
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }

        if (entry is not null)
        {
            flight?.Complete(new FlightResult(FlightOutcome.Sealed, entry));
        }

        // What could not be kept must not leave the value before it in force.
        Wait(stop => entry is null ? cache.RemoveAsync(keys, stop) : cache.SetAsync(entry, stop));
        WriteNotices(cache);
    }

    private SealedEntry? Seal(EntryCache cache, EntryKeys keys, BlockOutput output, TimeSpan lifetime)
    {
        SerializerKind serializer = (SerializerKind)Serializer;
        using SensitiveBuffer value = SensitiveBuffer.Rent();
        try
        {
            if (IsInterop)
            {
                InteropFormat.WriteValue(value, output.Items, StopToken);
            }
            else if (OutputFormat.Write(value, output.Items, serializer, Depth, StopToken) && !TakesSecrets)
            {
                throw new CacheKitException(
                    ErrorIds.SecretRefused,
                    "The result is not cached: it holds a SecureString or PSCredential, and the cache is not encrypted.",
                    "Use Invoke-SecureCached.");
            }
        }
        catch (UnsupportedValueException exception)
        {
            throw OutputFormat.Explain(exception, serializer);
        }

        if (IsAudited && !keys.Current.IsPlain && TryAudit(AuditEvent.Seal, AuditSubject.Of(keys.Current)) is { } failure)
        {
            throw failure;
        }

        EntryLifetime life = new(Shortened(lifetime), StaleIfError?.Duration ?? TimeSpan.Zero);
        return cache.Seal(keys, Key, serializer, value.WrittenSpan, life, compress: !NoCompression);
    }

    /// <summary>A TTL is an upper bound, such as the life of a token: jitter only ever shortens it.</summary>
    private TimeSpan Shortened(TimeSpan lifetime) => Jitter > 0 ? lifetime * (1 - (Jitter * Random.Shared.NextDouble())) : lifetime;

    private bool TryResolveTtl(BlockOutput output, Flight? flight, out TimeSpan lifetime)
    {
        lifetime = Ttl.Duration;
        if (Ttl.Script is null)
        {
            return true;
        }

        if (output.TryComputeTtl(Ttl.Script, out lifetime))
        {
            return lifetime > TimeSpan.Zero;
        }

        flight?.Complete(new FlightResult(FlightOutcome.NotCached));
        CacheKitException failure = new(
            ErrorIds.TtlInvalid,
            $"The script block of -Ttl did not give a duration of at most {Ttl.Longest.TotalDays:0} days: the result is "
            + "not cached.",
            "Let it give seconds, text such as '5m' or a TimeSpan; zero or less means not to cache.");
        WriteError(ErrorRecords.From(failure, Ttl.Script));
        return false;
    }
}
