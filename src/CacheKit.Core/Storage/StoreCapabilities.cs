namespace CacheKit.Core.Storage;

/// <summary>What a store can do beside keeping entries.</summary>
[Flags]
public enum StoreCapabilities
{
    /// <summary>Nothing more.</summary>
    None = 0,

    /// <summary><see cref="ICacheStore.ListAsync"/>.</summary>
    Listing = 1,

    /// <summary><see cref="ICacheStore.TryLockAsync"/>.</summary>
    Locking = 2,

    /// <summary>
    /// <see cref="IStoreLock.RenewAsync"/>. Where it is missing, a lease has to last for the whole work.
    /// </summary>
    LockRenewal = 4,
}
