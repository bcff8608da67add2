namespace CacheKit;

/// <summary>What a master key is used for.</summary>
public enum MasterKeyRole
{
    /// <summary>It encrypts and decrypts.</summary>
    Current,

    /// <summary>It only decrypts what was written before the key changed.</summary>
    Previous,
}
