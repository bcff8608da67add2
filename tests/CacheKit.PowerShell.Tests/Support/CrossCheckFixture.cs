using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.PowerShell.Tests.Support;

/// <summary>What the tests against Python share, since it takes longer to make than the tests take.</summary>
[CollectionDefinition(nameof(CrossCheckGroup))]
public sealed class CrossCheckGroup : ICollectionFixture<CrossCheckFixture>;

/// <summary>A real Redis, the module and Python around it. Each test has operations of its own.</summary>
public sealed class CrossCheckFixture : IDisposable
{
    /// <summary>The master key of the session <c>$session</c>, in hexadecimal.</summary>
    internal const string MasterKey = "07070707070707070707070707070707070707070707070707070707070707aa";

    /// <summary>Its tenant, as Python's SDK wants it: any text will do for the others.</summary>
    internal const string Tenant = "00000000-0000-0000-0000-000000000001";

    private readonly Lazy<RedisProcess> _redis = new(() => RedisProcess.StartServer());
    private readonly Lazy<ModuleRunspace> _runspace;

    public CrossCheckFixture()
    {
        _runspace = new Lazy<ModuleRunspace>(() =>
        {
            ModuleRunspace runspace = new();
            runspace.Run($"$url = '{Redis}'; $tenant = '{Tenant}'; $masterKey = '{MasterKey}'\n" + """
                $session = New-CacheKitSession -Redis $url -Tenant $tenant -MasterKey $masterKey
                $inClear = New-CacheKitSession -Redis $url
                """).EnsureSuccess();
            return runspace;
        });
    }

    /// <summary>The URL of the store. Where there is no redis-server or no Python, the test is skipped.</summary>
    internal string Redis
    {
        get
        {
            PythonProgram.SkipUnlessInstalled();
            return _redis.Value.Url;
        }
    }

    /// <summary>
    /// The runspace. In it, <c>$session</c> encrypts for <see cref="Tenant"/>, and <c>$inClear</c> is for entries in
    /// clear; both lie in the Redis at <c>$url</c>.
    /// </summary>
    internal ModuleRunspace Runspace
    {
        get
        {
            PythonProgram.SkipUnlessInstalled();
            RedisProcess.SkipUnlessInstalled();
            return _runspace.Value;
        }
    }

    public void Dispose()
    {
        if (_runspace.IsValueCreated)
        {
            _runspace.Value.Run("Get-CacheKitSession -All | Remove-CacheKitSession");
            _runspace.Value.Dispose();
        }

        if (_redis.IsValueCreated)
        {
            _redis.Value.Dispose();
        }
    }
}
