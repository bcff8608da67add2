using CacheKit.Core.Diagnostics;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <summary>
/// Says a fault of a store as an error of the catalogue, for commands that are about the store itself: a lookup that
/// fails is a miss, but a listing that fails must not look as if there were nothing.
/// </summary>
public static class StoreFailures
{
    /// <summary>Makes the error of a fault.</summary>
    /// <param name="fault">The fault.</param>
    public static CacheKitException From(StoreException fault)
    {
        (string errorId, string wayOut) = fault.Fault switch
        {
            StoreFault.Unsupported => (
                ErrorIds.StoreCannotList,
                "Name the items, or use a store that lists its keys; for a backend, register it with -List."),
            StoreFault.AuthenticationFailed => (
                ErrorIds.StoreAuthenticationFailed,
                "Put the right user, password or key into the configuration of the store."),
            StoreFault.TlsFailed => (
                ErrorIds.StoreTlsFailed,
                "Use the name that the server's certificate is for, and trust who issued it."),
            _ => (ErrorIds.StoreUnavailable, "See Test-CacheKitSession, and try again."),
        };
        return new CacheKitException(errorId, fault.Message, fault.WayOut ?? wayOut, fault);
    }
}
