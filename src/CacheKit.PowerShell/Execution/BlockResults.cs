using CacheKit.CacheKeys;
using CacheKit.Conversion;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Serialization;

namespace CacheKit.Execution;

/// <summary>The results of a block as entries: how they are sealed and opened, and what is refused.</summary>
/// <param name="context">The cmdlet that runs the block.</param>
/// <param name="identity">What identifies the entries.</param>
/// <param name="options">How the block is answered.</param>
/// <param name="cache">The cache.</param>
internal sealed class BlockResults(
    CommandContext context, CallIdentity identity, CallOptions options, EntryCache cache)
{
    // What is wrong with the entry that was decoded last.
    private string? _problem;

    /// <summary>
    /// Opens what a block once wrote: whole, before the first object goes out, and told before anything of it is seen.
    /// </summary>
    /// <param name="entry">The entry.</param>
    /// <param name="keys">Where it lies.</param>
    /// <param name="output">The objects.</param>
    /// <returns>Whether it decodes.</returns>
    public bool TryOpen(in OpenedEntry entry, EntryKeys keys, out object?[] output)
    {
        if (context.IsAudited)
        {
            context.Audit(AuditEvent.Open, keys.SealedUnder(entry.Fingerprint));
        }

        try
        {
            output = identity.IsInterop
                ? InteropFormat.ReadValue(entry.Value, options.AsHashtable)
                : OutputFormat.Read(entry.Header.Serializer, entry.Value);
            return true;
        }
        catch (MalformedValueException exception)
        {
            _problem = exception.Message;
            output = [];
            return false;
        }
    }

    /// <summary>Says why an entry that was found ends the command.</summary>
    /// <param name="result">What was found.</param>
    /// <param name="keys">Where.</param>
    /// <returns>Null where it does not.</returns>
    public CacheKitException? AuditRefusal(in LookupResult result, EntryKeys keys)
    {
        if (result.Outcome is not (LookupOutcome.NotAuthentic or LookupOutcome.Malformed))
        {
            return null;
        }

        context.Audit(AuditEvent.Refused, keys.Current);
        if (!options.FailClosed)
        {
            return null;
        }

        return result.Outcome == LookupOutcome.Malformed ? Malformed(keys, result.Problem) : new CacheKitException(
            ErrorIds.EntryNotAuthentic,
            Sentences.Join(
                "The entry is not authentic: it was altered, moved, or sealed under another key.",
                result.Problem,
                "It stays where it is, and the block was not run."),
            "Find out who writes to the store; -Refresh replaces the entry.",
            target: keys.Current.ToString());
    }

    /// <summary>Drops an entry that is authentic, but did not decode; or says why that ends the command.</summary>
    /// <param name="keys">Where it lies.</param>
    /// <returns>Null where it was dropped.</returns>
    public CacheKitException? DropOrRefuse(EntryKeys keys)
    {
        cache.Statistics.CountRefused(RefusalReason.Malformed);
        if (options.FailClosed)
        {
            return Malformed(keys, _problem);
        }

        context.Cmdlet.WriteWarning(
            Sentences.Join("An entry does not decode.", _problem, $"It was dropped ({keys.Current})."));
        context.Wait(stop => cache.RemoveAsync(keys, stop));
        context.WriteNotices(cache);
        return null;
    }

    /// <summary>Seals what a block wrote.</summary>
    /// <param name="keys">Where it is to lie.</param>
    /// <param name="output">What it wrote.</param>
    /// <param name="lifetime">How long it is fresh.</param>
    /// <returns>The entry, or null where it is too large for one.</returns>
    /// <exception cref="CacheKitException">It cannot be kept.</exception>
    public SealedEntry? Seal(EntryKeys keys, BlockOutput output, TimeSpan lifetime)
    {
        SerializerKind serializer = (SerializerKind)options.Serializer;
        using SensitiveBuffer value = SensitiveBuffer.Rent();
        try
        {
            if (identity.IsInterop)
            {
                InteropFormat.WriteValue(value, output.Items, context.StopToken);
            }
            else if (OutputFormat.Write(value, output.Items, serializer, options.Depth, context.StopToken)
                && !cache.Mode.IsEncrypted)
            {
                throw new CacheKitException(
                    ErrorIds.SecretRefused,
                    "The result is not cached: it holds a SecureString or PSCredential, and the cache is not "
                    + "encrypted.",
                    "Use Invoke-SecureCached.");
            }
        }
        catch (UnsupportedValueException exception)
        {
            throw OutputFormat.Explain(exception, serializer);
        }

        if (context.IsAudited && !keys.Current.IsPlain
            && context.TryAudit(AuditEvent.Seal, AuditSubject.Of(keys.Current)) is { } failure)
        {
            throw failure;
        }

        EntryLifetime life = new(Shortened(lifetime), options.StaleIfError ?? TimeSpan.Zero);
        return cache.Seal(keys, identity.Name, serializer, value.WrittenSpan, life, options.Compress);
    }

    /// <summary>Finds out how long what a block wrote is fresh.</summary>
    /// <param name="output">What it wrote.</param>
    /// <returns>Zero or less when it is not to be cached.</returns>
    /// <exception cref="CacheKitException">The script block of the TTL gave no duration.</exception>
    public TimeSpan LifetimeOf(BlockOutput output)
    {
        if (options.Ttl.Script is not { } script)
        {
            return options.Ttl.Duration;
        }

        return output.TryComputeTtl(script, out TimeSpan lifetime) ? lifetime : throw new CacheKitException(
            ErrorIds.TtlInvalid,
            $"The script block of -Ttl did not give a duration of at most {Ttl.Longest.TotalDays:0} days: the result "
            + "is not cached.",
            "Let it give seconds, text such as '5m' or a TimeSpan; zero or less means not to cache.",
            target: script);
    }

    private static CacheKitException Malformed(EntryKeys keys, string? problem) => new(
        ErrorIds.EntryMalformed,
        Sentences.Join(
            "The entry is authentic, but does not decode.",
            problem,
            "It stays where it is, and the block was not run."),
        "-Refresh replaces the entry.",
        target: keys.Current.ToString());

    /// <summary>A TTL is an upper bound, such as the life of a token: jitter only ever shortens it.</summary>
    private TimeSpan Shortened(TimeSpan lifetime) =>
        options.Jitter > 0 ? lifetime * (1 - (options.Jitter * Random.Shared.NextDouble())) : lifetime;
}
