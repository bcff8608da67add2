using System.Management.Automation;
using System.Security;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;

namespace CacheKit.Sessions;

/// <summary>
/// Parameters that take master keys: a SecureString or text of 64 hexadecimal digits, or 32 bytes. Given keys are the
/// whole ring; the environment adds none.
/// </summary>
internal static class MasterKeyParameter
{
    private const string MasterKeyName = "-MasterKey";
    private const string PreviousMasterKeyName = "-PreviousMasterKey";

    /// <summary>Reads a ring.</summary>
    /// <param name="current">What the user gave as the key that encrypts.</param>
    /// <param name="previous">What the user gave as keys that only decrypt.</param>
    /// <returns>The ring, which is the caller's.</returns>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.MasterKeyInvalid"/> or
    /// <see cref="ErrorIds.KeyRingInvalid"/>.</exception>
    public static KeyRing Read(object? current, params object?[] previous)
    {
        using KeyRingBuilder builder = new();
        Add(builder, current, MasterKeyName);
        builder.CheckRoom(previous.Length, PreviousMasterKeyName);
        for (int i = 0; i < previous.Length; i++)
        {
            Add(
                builder,
                previous[i],
                previous.Length == 1 ? PreviousMasterKeyName : $"Key {i + 1} of {PreviousMasterKeyName}");
        }

        return builder.Build();
    }

    /// <summary>Reads one key.</summary>
    /// <param name="value">What the user gave.</param>
    /// <param name="name">The name of the parameter.</param>
    /// <returns>A ring of it alone, which is the caller's.</returns>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.MasterKeyInvalid"/>.</exception>
    public static KeyRing ReadOne(object? value, string name)
    {
        using KeyRingBuilder builder = new();
        Add(builder, value, name);
        return builder.Build();
    }

    private static void Add(KeyRingBuilder builder, object? value, string name)
    {
        object? bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        switch (bare)
        {
            case SecureString secret:
                using (SecureText text = new(secret))
                {
                    builder.Add(text.Characters, name);
                }

                break;
            case string text:
                builder.Add(text, name);
                break;
            case byte[] bytes:
                builder.Add(MasterKey.FromBytes(bytes, name, builder.Advice), name);
                break;
            default:
                throw new CacheKitException(
                    ErrorIds.MasterKeyInvalid,
                    $"{name} is {(bare is null ? "null" : $"a {bare.GetType().FullName}")}; it takes a SecureString or "
                    + "text of 64 hexadecimal digits, or an array of 32 bytes.",
                    builder.Advice);
        }
    }
}
