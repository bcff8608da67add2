using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.Loading;

/// <summary>Importing the module, and its packages beside those of others, in a process of its own.</summary>
public sealed class ModuleLoadingTests : IDisposable
{
    private const string Setup = "Import-Module CacheKit; $ErrorActionPreference = 'Stop'\n";

    private readonly IsolatedEnvironment _environment = new();

    public ModuleLoadingTests()
    {
        Environment.SetEnvironmentVariable("CACHEKIT_MASTER_KEY", new string('7', 64));
        Environment.SetEnvironmentVariable("CACHEKIT_CACHE_PATH", Path.Combine(_environment.Folder, "cache.db"));
    }

    public void Dispose()
    {
        _environment.Dispose();
    }

    [Fact]
    public async Task Module_importing_loads_neither_core_nor_packages_and_a_call_isolates_them()
    {
        ProcessResult result = await RunAsync("""
            function Get-Ours { [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -match 'CacheKit|MessagePack|SQLite' } }
            (Get-Ours | ForEach-Object { $_.GetName().Name }) -join ','
            $null = Invoke-SecureCached { 'value' }
            $core = Get-Ours | Where-Object { $_.GetName().Name -eq 'CacheKit.Core' }
            [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext($core).Name
            $null -eq ('CacheKit.Core.Keys.MasterKey' -as [type])
            ([CacheKit.Ttl]'5m').Duration.TotalSeconds
            """);

        Assert.Equal(["CacheKit.PowerShell", "CacheKit", "True", "300"], result.Lines);
    }

    [Fact]
    public async Task Module_works_beside_another_version_of_a_package()
    {
        string other = Path.Combine(_environment.Folder, "MessagePack.dll");
        System.Reflection.Emit.PersistedAssemblyBuilder assembly = new(
            new System.Reflection.AssemblyName("MessagePack") { Version = new Version(99, 0) },
            typeof(object).Assembly);
        assembly.DefineDynamicModule("MessagePack");
        assembly.Save(other);

        ProcessResult result = await RunAsync($$"""
            $null = [System.Reflection.Assembly]::LoadFrom('{{other}}')
            Invoke-SecureCached -Key k { 'value' }
            Invoke-SecureCached -Key k { 'other' }
            """);

        Assert.Equal(["value", "value"], result.Lines);
    }

    private static Task<ProcessResult> RunAsync(string script) => PwshProcess.RunAsync("-Command", Setup + script);
}
