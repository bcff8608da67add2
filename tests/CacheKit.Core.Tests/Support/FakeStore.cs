using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Tests.Support;

/// <summary>A store in memory that keeps everything for ever: what a store may do that means no good.</summary>
internal sealed class FakeStore : ICacheStore
{
    private readonly ConcurrentDictionary<string, byte[]> _entries = new(StringComparer.Ordinal);

    public string DisplayName => "fake store";

    public IDictionary<string, byte[]> Entries => _entries;

    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken) =>
        new(_entries.TryGetValue(key, out byte[]? value) ? [.. value] : null);

    public async ValueTask<IReadOnlyList<byte[]?>> GetManyAsync(
        IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        List<byte[]?> found = [];
        foreach (string key in keys)
        {
            found.Add(await GetAsync(key, cancellationToken));
        }

        return found;
    }

    public ValueTask SetAsync(
        string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        _entries[key] = value.ToArray();
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken) => new(_entries.TryRemove(key, out _));

    public ValueTask<bool> AnyAsync(string pattern, CancellationToken cancellationToken) =>
        new(_entries.Keys.Any(key => FileSystemName.MatchesSimpleExpression(pattern, key, ignoreCase: false)));

    public bool TryTakeIncident([NotNullWhen(true)] out StoreIncident? incident)
    {
        incident = null;
        return false;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
