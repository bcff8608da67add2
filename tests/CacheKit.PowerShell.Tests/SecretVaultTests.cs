using CacheKit.Host;
using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests;

/// <summary>
/// Keys are written back to a secret vault. Not a Pester file: what does it is no command's own work, and is called here
/// as a command would.
/// </summary>
public sealed class SecretVaultTests : IDisposable
{
    private readonly ModuleRunspace _runspace = new();

    public SecretVaultTests()
    {
        string modules = RepositoryFile("tests", "fixtures", "modules");
        Environment.SetEnvironmentVariable(
            "PSModulePath", $"{modules}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PSModulePath")}");
        _runspace.Run("""
            $null = New-CacheKitSession -Memory
            $types = [CacheKit.CacheKitSession].Assembly
            $vaultType = $types.GetType('CacheKit.Sessions.SecretVault')
            $keyType = $types.GetType('CacheKit.Sessions.MasterKeyParameter')
            function Get-Ring([string] $Keys) {
                $current, $previous = $Keys.ToCharArray() | ForEach-Object { "$_" * 64 }
                $keyType.GetMethod('Read').Invoke($null, @($current, [object[]] @($previous | Where-Object { $_ })))
            }
            function Set-Ring {
                [CmdletBinding()]
                param([string] $Name, [string] $Vault, [string] $Expected, [string] $Replacement)
                $vaultName = if ($Vault) { $Vault }
                $secret = [Activator]::CreateInstance($vaultType, @($PSCmdlet, $Name, $vaultName))
                $secret.WriteRing((Get-Ring $Expected), (Get-Ring $Replacement))
            }
            function Get-Clear([string] $Vault, [string] $Name) {
                $secret = $global:CacheKitTestVaults[$Vault][$Name]
                $secret -is [securestring] ? [Net.NetworkCredential]::new('', $secret).Password : $secret
            }
            $global:CacheKitTestVaults = [ordered]@{ First = @{}; Second = @{ ring = '1' * 64 } }
            """).EnsureSuccess();
    }

    public void Dispose() => _runspace.Dispose();

    [Theory]
    [InlineData("1", "21", "2,1")]
    [InlineData("1", "2", "2")]
    [InlineData("1", "4321", "4,3,2,1")]
    public void They_go_into_the_vault_that_has_the_secret_a_line_each(string expected, string replacement, string keys)
    {
        ScriptResult result = _runspace.Run(
            $"""
            Set-Ring -Name ring -Expected {expected} -Replacement {replacement}
            $global:CacheKitTestVaults['First'].Count
            Get-Clear Second ring
            """);
        result.EnsureSuccess();
        string lines = string.Join('\n', keys.Split(',').Select(key => new string(key[0], 64)));
        Assert.Equal(["0", lines], result.Output.Select(item => $"{item}"));
    }

    [Fact]
    public void They_are_written_whatever_the_callers_preferences_ask()
    {
        ScriptResult result = _runspace.Run("""
            $WhatIfPreference = $true
            Set-Ring -Name ring -Expected 1 -Replacement 2
            Get-Clear Second ring
            """);
        result.EnsureSuccess();
        Assert.Equal(new string('2', 64), $"{Assert.Single(result.Output)}");
    }

    [Theory]
    [InlineData("Set-Ring -Name ring -Expected 3 -Replacement 4", "other keys than when it was read")]
    [InlineData("Set-Ring -Name ring -Vault First -Expected 1 -Replacement 4", "is not there")]
    [InlineData("Set-Ring -Name none -Expected 1 -Replacement 4", "in no vault")]
    [InlineData("$global:CacheKitTestVaults['First'].ring = '1' * 64; Set-Ring -Name ring -Expected 1 -Replacement 4", "in 2 vaults")]
    public void What_is_not_as_expected_stays(string script, string reason)
    {
        ScriptResult result = _runspace.Run(script);
        Assert.Contains(reason, $"{result.Failure}", StringComparison.Ordinal);
        Assert.Equal(new string('1', 64), $"{Assert.Single(_runspace.Run("Get-Clear Second ring").Output)}");
    }

    private static string RepositoryFile(params string[] parts) =>
        Path.Combine([RepositoryRoot.Path, .. parts]);
}
