using CacheKit.Core.Storage;

namespace CacheKit.Core.Tests.Faults;

/// <summary>
/// One way in which a store fails, and what a user sees of it; docs/errors.md has a row of the same name.
/// </summary>
/// <param name="Name">The name of the row.</param>
/// <param name="Fault">The kind of fault, or null where the store works after all.</param>
/// <param name="Text">A part of the notice; the page quotes it.</param>
/// <param name="Start">Starts what the fault needs; the store goes by the clock.</param>
internal sealed record FaultRow(
    string Name, StoreFault? Fault, string Text, Func<TimeProvider, FaultScene> Start)
{
    /// <summary>Whether only reading fails.</summary>
    public bool OnlyReads { get; init; }

    /// <summary>Whether only writing fails.</summary>
    public bool OnlyWrites { get; init; }

    /// <summary>Whether it says nothing while it is broken, so that only the clock ends a call.</summary>
    public bool Hangs { get; init; }

    /// <summary>How long a call may take once it is connected, where that is less than the bound.</summary>
    public TimeSpan? Longest { get; init; }
}

/// <summary>A server, sound at first, and the way to break and to mend it.</summary>
/// <param name="openStore">Makes a store on it, which waits as long as the options of the suite say.</param>
/// <param name="servers">What is ended with the scene.</param>
internal sealed class FaultScene(Func<ICacheStore> openStore, params IDisposable[] servers) : IDisposable
{
    /// <summary>Breaks it; null where it is broken from the beginning.</summary>
    public Action? Break { get; init; }

    /// <summary>Mends it; null where that is not the server's to do.</summary>
    public Action? Mend { get; init; }

    public ICacheStore OpenStore() => openStore();

    public void Dispose() => Array.ForEach(servers, server => server.Dispose());
}
