using System.Management.Automation;
using CacheKit.Core.Keys;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <content>The keys.</content>
public sealed partial class NewCacheKitSessionCommand
{
    /// <summary>The master key: 64 hexadecimal digits as SecureString or text, or 32 bytes.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    public object? MasterKey { get; set; }

    /// <summary>A key that is not there yet is no error: public data needs none, and it may come later.</summary>
    private KeyRing? ReadKeyRing(CacheKitEnvironment environment, out string? source)
    {
        if (IsGiven(nameof(MasterKey)))
        {
            source = "-MasterKey";
            return new KeyRing(MasterKeyParameter.Read(MasterKey));
        }

        KeyRingSource? found = KeyRingSource.Find(environment);
        source = found?.Description;
        return found?.Read(environment);
    }
}
