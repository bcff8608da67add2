namespace CacheKit.Core.Serialization;

/// <summary>A value of a MessagePack extension type, of which nothing is known here but its bytes.</summary>
/// <param name="TypeCode">The number of the type; those below zero are MessagePack's own.</param>
/// <param name="Data">The bytes.</param>
public sealed record MessagePackExtension(sbyte TypeCode, byte[] Data);
