using CacheKit.Core.Diagnostics;

namespace CacheKit;

/// <summary>What Test-CacheKitMasterKey found, without the key.</summary>
public sealed class MasterKeyReport
{
    internal MasterKeyReport(string source, MasterKeyRole role, string fingerprint)
    {
        Source = source;
        Role = role;
        Fingerprint = fingerprint;
    }

    internal MasterKeyReport(string source, CacheKitException failure)
    {
        Source = source;
        ErrorId = failure.ErrorId;
        Problem = failure.Message;
        RecommendedAction = failure.RecommendedAction;
    }

    /// <summary>Where the key comes from: a variable, a file or the parameter.</summary>
    public string Source { get; }

    /// <summary>Whether it encrypts, or only decrypts; null when it is not usable.</summary>
    public MasterKeyRole? Role { get; }

    /// <summary>Whether it is a usable key.</summary>
    public bool IsValid => ErrorId is null;

    /// <summary>
    /// Which key it is, without telling it: 32 hexadecimal digits of a hash of the tenant <c>default</c>'s key.
    /// </summary>
    public string? Fingerprint { get; }

    /// <summary>The ErrorId under which other cmdlets would refuse the key, or null.</summary>
    public string? ErrorId { get; }

    /// <summary>What is wrong with it, or null.</summary>
    public string? Problem { get; }

    /// <summary>The way out, or null.</summary>
    public string? RecommendedAction { get; }
}
