namespace CacheKit.Core.Storage.Http;

/// <summary>No answer of the protocol. Becomes a <see cref="StoreException"/> before anybody sees it.</summary>
/// <param name="what">How the server answered, to follow "it answered"; nothing that the server said.</param>
internal sealed class UnexpectedAnswerException(string what) : Exception(what);
