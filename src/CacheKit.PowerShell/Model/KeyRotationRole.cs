namespace CacheKit;

/// <summary>What a key is in a rotation.</summary>
public enum KeyRotationRole
{
    /// <summary>It encrypts.</summary>
    Current,

    /// <summary>It only decrypts.</summary>
    Previous,

    /// <summary>It is not in the ring: another tenant's, or a key that is not known here.</summary>
    Other,
}
