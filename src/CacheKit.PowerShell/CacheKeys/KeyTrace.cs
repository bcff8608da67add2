using System.Collections;
using System.Globalization;
using System.Management.Automation;
using CacheKit.Core.Cryptography;

namespace CacheKit.CacheKeys;

/// <summary>Collects what goes into a key as a user may see it: secrets as their type alone.</summary>
/// <param name="cmdlet">The cmdlet whose caller's variables script blocks see.</param>
internal sealed class KeyTrace(PSCmdlet cmdlet)
{
    private const int LongestText = 64;

    private readonly List<KeyComponent> _components = [];

    /// <summary>What went into the key, in order.</summary>
    public KeyComponent[] Components => [.. _components];

    /// <summary>
    /// The canonical form of an interop call's arguments, in hexadecimal digits; null for other calls.
    /// </summary>
    public string? CanonicalArguments { get; set; }

    /// <summary>Adds a part.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="name">How the user writes it.</param>
    /// <param name="value">Its value, which has an identity.</param>
    public void Add(KeyComponentKind kind, string name, object? value)
    {
        object? bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        string? type = bare is PSCustomObject ? "System.Management.Automation.PSCustomObject" : bare?.GetType().FullName;
        _components.Add(new KeyComponent(kind, name, type, HoldsSecret(value) ? null : Shorten(TextOf(bare, value))));
    }

    private bool HoldsSecret(object? value)
    {
        using SensitiveBuffer scratch = SensitiveBuffer.Rent();
        ValueIdentity identity = new(scratch, cmdlet);
        return identity.TryWrite(value) is null && identity.HoldsSecret;
    }

    private static string TextOf(object? bare, object? value) => bare switch
    {
        null => "$null",
        string text => text,
        IDictionary dictionary => $"{dictionary.Count.ToString(CultureInfo.InvariantCulture)} keys",
        ICollection items => $"{items.Count.ToString(CultureInfo.InvariantCulture)} items",
        DateTime or DateTimeOffset or DateOnly or TimeOnly => ((IFormattable)bare).ToString("O", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value!.ToString() ?? string.Empty,
    };

    /// <summary>One line, not longer than a column of a table.</summary>
    private static string Shorten(string text)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestText ? line : $"{line[..(LongestText - 3)]}...";
    }
}
