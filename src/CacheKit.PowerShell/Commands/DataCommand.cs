using CacheKit.CacheKeys;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>
/// The base of the cmdlets that encrypt and decrypt without a store. An array of bytes that the pipeline has taken
/// apart is put together again.
/// </summary>
public abstract class DataCommand : SessionCommand
{
    private SensitiveBuffer? _bytes;
    private EntryCache? _cache;

    /// <summary>What opening takes beside the master key.</summary>
    public abstract string? Key { get; set; }

    /// <summary>Checks the key, and opens the session; no store is touched.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (IsGiven(nameof(Key)))
        {
            ThrowIfAny(CheckKey("Give another -Key, or none."), Key);
        }

        _cache = OpenSecureCache();
    }

    /// <summary>Checks the key.</summary>
    /// <param name="wayOut">What to do if something is wrong with it.</param>
    /// <returns>What is wrong, or null.</returns>
    private protected CacheKitException? CheckKey(string wayOut) =>
        NameText.ProblemOf(Key, ItemNames.Longest) is { } problem
            ? new CacheKitException(
                ErrorIds.KeyInvalid,
                $"A key is text of 1 to {ItemNames.Longest} bytes without control characters: {problem}.",
                wayOut)
            : null;

    /// <summary>The tenant's cache, of which only the keys are used.</summary>
    private protected EntryCache Cache => _cache!;

    /// <summary>Seals and opens with its keys.</summary>
    private protected DataProtector Protector => new(Cache.Ring, TimeProvider.System);

    /// <summary>Ends the bytes that came one by one.</summary>
    protected override void EndProcessing() => Flush();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Interlocked.Exchange(ref _bytes, null)?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Takes a whole array of bytes that came one by one.</summary>
    /// <param name="bytes">The bytes.</param>
    private protected abstract void Process(byte[] bytes);

    /// <summary>Takes a byte that came by itself.</summary>
    /// <param name="value">The byte.</param>
    private protected void Collect(byte value)
    {
        _bytes ??= SensitiveBuffer.Rent();
        _bytes.Write(value);
    }

    /// <summary>Processes the bytes that came one by one, if there are any.</summary>
    private protected void Flush()
    {
        using SensitiveBuffer? bytes = Interlocked.Exchange(ref _bytes, null);
        if (bytes is not null)
        {
            Process(bytes.WrittenSpan.ToArray());
        }
    }

    /// <summary>Writes what the data is bound to.</summary>
    /// <returns>The buffer, which the caller disposes of.</returns>
    private protected SensitiveBuffer Identity()
    {
        SensitiveBuffer identity = SensitiveBuffer.Rent();
        EntryIdentity.WriteProtected(identity, Key);
        return identity;
    }
}
