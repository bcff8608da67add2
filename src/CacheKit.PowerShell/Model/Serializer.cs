using CacheKit.Core.Formats;

namespace CacheKit;

/// <summary>How a result is written before it is encrypted.</summary>
public enum Serializer
{
    /// <summary>Everything comes back with its type.</summary>
    PowerShell = (int)SerializerKind.PowerShell,

    /// <summary>Plain MessagePack: simple values that other languages read.</summary>
    MessagePack = (int)SerializerKind.MessagePack,

    /// <summary>JSON: comes back as ConvertFrom-Json would give it.</summary>
    Json = (int)SerializerKind.Json,

    /// <summary>An Arrow stream: tables, column by column.</summary>
    Arrow = (int)SerializerKind.Arrow,
}
