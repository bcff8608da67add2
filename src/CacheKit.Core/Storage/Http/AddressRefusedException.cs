namespace CacheKit.Core.Storage.Http;

/// <summary>
/// A host's name leads to addresses that are refused, and to no other. Becomes a <see cref="StoreException"/> before
/// anybody sees it.
/// </summary>
internal sealed class AddressRefusedException() : Exception("The name leads to addresses that are refused.");
