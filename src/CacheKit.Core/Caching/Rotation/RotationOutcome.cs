namespace CacheKit.Core.Caching.Rotation;

/// <summary>What became of one entry.</summary>
public enum RotationOutcome
{
    /// <summary>It was sealed again under the encrypting key, with the same times, and the old one is gone.</summary>
    Moved,

    /// <summary>A newer entry lies under the encrypting key; the old one was removed.</summary>
    Superseded,

    /// <summary>Its time was over; it was removed.</summary>
    Expired,

    /// <summary>It was there no more: another has removed it, or moved it.</summary>
    Gone,

    /// <summary>An interop entry that is sealed under the encrypting key already.</summary>
    Current,

    /// <summary>It, or what lies where it belongs, is not authentic; both are left as they are, as evidence.</summary>
    NotAuthentic,

    /// <summary>It has not the form of an entry, or is authentic but does not decode; it is left as it is.</summary>
    Malformed,

    /// <summary>It was written before entries carried what moving them needs; it ends with its time to live.</summary>
    NotMovable,

    /// <summary>
    /// No key of the ring opens it: an interop entry of another tenant, an altered or an unencrypted one.
    /// </summary>
    Foreign,

    /// <summary>Others changed it again and again; the next run finds it.</summary>
    Contended,

    /// <summary>The store had a fault. Whether it was moved is not known; the next run finds out.</summary>
    Failed,
}
