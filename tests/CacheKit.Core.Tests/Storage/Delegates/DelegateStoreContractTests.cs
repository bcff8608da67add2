using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Delegates;

namespace CacheKit.Core.Tests.Storage.Delegates;

/// <summary>The contract over functions that keep files in a folder, and have no expiry of their own.</summary>
public sealed class DelegateStoreContractTests : CacheStoreContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cachekit-test-").FullName;

    protected override ICacheStore CreateStore() =>
        new DelegateStore("Folder", new FolderBlocks(_folder, Clock).All, Clock);

    protected override void Clean() => Directory.Delete(_folder, recursive: true);
}
