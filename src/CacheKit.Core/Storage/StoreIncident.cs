namespace CacheKit.Core.Storage;

/// <summary>
/// Something that a store met and mended by itself, which the user should hear of once: a warning, not an error.
/// </summary>
/// <param name="Time">When it was.</param>
/// <param name="Message">One sentence for a warning; never a secret, a key or a value.</param>
public sealed record StoreIncident(DateTimeOffset Time, string Message);
