using CacheKit.Core.Tests.Support.Servers;
using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.Sessions;

/// <summary>The ways to name the user and password of a Redis, each against a server that lets nobody else in.</summary>
public sealed class RedisCredentialTests : IDisposable
{
    private readonly ModuleRunspace _runspace = new();

    public RedisCredentialTests()
    {
        Environment.SetEnvironmentVariable("CACHEKIT_MASTER_KEY", new string('7', 64));
    }

    public void Dispose() => _runspace.Dispose();

    [Fact]
    public void Redis_the_user_may_come_from_the_URL_a_credential_or_the_environment()
    {
        using RedisProcess server = RedisProcess.StartServer(
            "--user", "default", "off", "--user", "ada", "on", ">p@ss:word/71", "~ck:*", "&cachekit:changes", "+@all");
        Environment.SetEnvironmentVariable("CACHEKIT_REDIS_URL", server.Url);
        Environment.SetEnvironmentVariable("CACHEKIT_REDIS_USER", "ada");
        Environment.SetEnvironmentVariable("CACHEKIT_REDIS_PASSWORD", "p@ss:word/71");
        ScriptResult result = _runspace.Run($$"""
            Invoke-SecureCached -Key shared { 'from the environment' }
            $env:CACHEKIT_REDIS_URL = $env:CACHEKIT_REDIS_USER = $env:CACHEKIT_REDIS_PASSWORD = $null
            $password = [securestring]::new()
            'p@ss:word/71'.ToCharArray() | ForEach-Object { $password.AppendChar($_) }
            $credential = [pscredential]::new('ada', $password)
            $sessions = (New-CacheKitSession -Redis '{{server.Url}}' -Credential $credential -NoMemoryTier),
                (New-CacheKitSession -Redis 'redis://ada:p%40ss%3Aword%2F71@127.0.0.1:{{server.Port}}' -NoMemoryTier),
                (New-CacheKitSession -Redis '127.0.0.1:{{server.Port}},user=ada,password=p@ss:word/71' -NoMemoryTier)
            $sessions | ForEach-Object { Invoke-SecureCached -Session $_ -Key shared { 'not found' } }
            $sessions | ForEach-Object { $_.Dispose() }
            """).EnsureSuccess();
        Assert.Equal(Enumerable.Repeat("from the environment", 4), result.Values);
        Assert.Empty(result.Warnings);
        Assert.Empty(result.Errors);
    }
}
