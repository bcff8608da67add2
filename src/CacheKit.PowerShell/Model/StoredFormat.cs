namespace CacheKit;

/// <summary>What the bytes under a key of a store look like.</summary>
public enum StoredFormat
{
    /// <summary>An encrypted entry of this module.</summary>
    Native,

    /// <summary>A plain entry of this module.</summary>
    NativePlain,

    /// <summary>An entry of the auto mode of the Python SDK.</summary>
    PythonFrame,

    /// <summary>An entry that an older version of the Python SDK wrote.</summary>
    PythonLegacy,

    /// <summary>A file of the family's file back end, with any entry in it.</summary>
    FileContainer,

    /// <summary>A storage envelope that is not encrypted, as the auto mode of the TypeScript SDK stores.</summary>
    StorageEnvelope,

    /// <summary>One whole MessagePack document: an interop entry that is not encrypted.</summary>
    MessagePack,

    /// <summary>Nothing of these: a sealed interop entry, or another program's bytes.</summary>
    Opaque,
}
