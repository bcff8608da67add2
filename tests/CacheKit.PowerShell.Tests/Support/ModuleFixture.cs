namespace CacheKit.PowerShell.Tests.Support;

/// <summary>One runspace, with a key and the module, for all tests of a class.</summary>
public sealed class ModuleFixture : IDisposable
{
    public ModuleFixture()
    {
        Runspace = new ModuleRunspace();
        System.Environment.SetEnvironmentVariable("CACHEKIT_MASTER_KEY", new string('7', 64));
        System.Environment.SetEnvironmentVariable(
            "CACHEKIT_CACHE_PATH",
            Path.Combine(Runspace.Environment.Folder, "cache.db"));
    }

    /// <summary>The runspace.</summary>
    public ModuleRunspace Runspace { get; }

    public void Dispose() => Runspace.Dispose();
}
