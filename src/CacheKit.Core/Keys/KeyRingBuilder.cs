using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Keys;

/// <summary>
/// Collects the keys of a ring, the encrypting one first, and says which of them cannot be in it (PROTOCOL section 4).
/// It owns the keys until <see cref="Build"/>. An instance belongs to one thread.
/// </summary>
public sealed class KeyRingBuilder : IDisposable
{
    private const string PreviousKeyAdvice =
        "Put the whole previous key there. One that is lost cannot be made again: leave it out, and its entries are "
        + "computed anew.";

    private readonly List<MasterKey> _keys = new(KeyRing.LongestRing);
    private readonly List<string> _names = new(KeyRing.LongestRing);

    /// <summary>The keys so far.</summary>
    internal IReadOnlyList<MasterKey> Keys => _keys;

    /// <summary>
    /// The way out when the next key is not one: a key that only decrypts cannot be replaced by a new one.
    /// </summary>
    public string Advice => _keys.Count == 0 ? MasterKey.NewKeyAdvice : PreviousKeyAdvice;

    /// <summary>Adds a key, which is the builder's from then on.</summary>
    /// <param name="key">The key.</param>
    /// <param name="name">Where it comes from, as a message begins with it.</param>
    public void Add(MasterKey key, string name)
    {
        _keys.Add(key);
        _names.Add(name);
    }

    /// <summary>Adds a key.</summary>
    /// <param name="digits">64 hexadecimal digits of either case.</param>
    /// <param name="name">Where it comes from, as a message begins with it.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.MasterKeyInvalid"/>.</exception>
    public void Add(ReadOnlySpan<char> digits, string name) => Add(MasterKey.FromHex(digits, name, Advice), name);

    /// <summary>Adds the keys of a list, in its order.</summary>
    /// <param name="text">The keys, with separators and, if wanted, spaces between.</param>
    /// <param name="separator">What separates them.</param>
    /// <param name="list">What holds the list, as a message names it.</param>
    /// <param name="part">What a message calls a key of it: <c>Key</c> or <c>Line</c>.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.MasterKeyInvalid"/> or
    /// <see cref="ErrorIds.KeyRingInvalid"/>.</exception>
    public void AddList(ReadOnlySpan<char> text, char separator, string list, string part = "Key")
    {
        int count = text.Count(separator) + 1;
        CheckRoom(count, list);
        for (int position = 1; position <= count; position++)
        {
            int end = text.IndexOf(separator);
            ReadOnlySpan<char> digits = (end < 0 ? text : text[..end]).Trim();
            string name = $"{part} {position} of {list}";
            Add(digits.IsEmpty ? throw Blank(name) : digits, name);
            text = text[(end + 1)..];
        }
    }

    /// <summary>Checks that more keys still fit in.</summary>
    /// <param name="count">How many.</param>
    /// <param name="list">What holds them, as a message names it.</param>
    /// <exception cref="CacheKitException">
    /// <see cref="ErrorIds.KeyRingInvalid"/>: more than four keys in all.
    /// </exception>
    public void CheckRoom(int count, string list)
    {
        if (_keys.Count + count > KeyRing.LongestRing)
        {
            throw new CacheKitException(
                ErrorIds.KeyRingInvalid,
                $"With {list} there are {_keys.Count + count} keys, which is too many: one key encrypts, and at most "
                + $"{KeyRing.LongestPrevious} others decrypt.",
                "Remove the oldest ones. Step-CacheKitKeyRotation moves their entries to the key that encrypts; what "
                + "was not moved is computed anew.");
        }
    }

    /// <summary>Makes the ring, which is the caller's.</summary>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyRingInvalid"/>: a key is there twice.</exception>
    public KeyRing Build()
    {
        for (int i = 1; i < _keys.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (_keys[i].HasSameBytes(_keys[j]))
                {
                    throw j == 0 ? NotForward(_names[i], _names[0]) : Twice(_names[i], _names[j]);
                }
            }
        }

        KeyRing ring = new(_keys[0], [.. _keys.Skip(1)]);
        _keys.Clear();
        return ring;
    }

    /// <summary>Zeroes the keys that are in no ring.</summary>
    public void Dispose()
    {
        foreach (MasterKey key in _keys)
        {
            key.Dispose();
        }

        _keys.Clear();
    }

    private static CacheKitException Blank(string name) => new(
        ErrorIds.KeyRingInvalid,
        $"{name} is blank.",
        "Put a key there, or remove the place: there is one separator between two keys, and none before, after or "
        + "besides.");

    private static CacheKitException NotForward(string name, string current) => new(
        ErrorIds.KeyRingInvalid,
        $"{name} is the same key as {current}, which encrypts. Keys only go forward: one that was retired must not "
        + "encrypt again, because nobody can tell how much was encrypted under it already.",
        "Remove it from the keys that only decrypt. If an old key was meant to encrypt again, take a new one: "
        + "New-CacheKitMasterKey.");

    private static CacheKitException Twice(string name, string other) => new(
        ErrorIds.KeyRingInvalid,
        $"{name} is the same key as {other}.",
        "Remove one of the two: each key is given once, in digits of either case.");
}
