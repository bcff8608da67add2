using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Security;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;

namespace CacheKit.Sessions;

/// <summary>
/// Keys that lie in a vault of the module Microsoft.PowerShell.SecretManagement: a secret that holds one to four keys,
/// on lines of their own or with commas between; the first encrypts. The module is the user's own, and is called only
/// here.
/// </summary>
/// <param name="cmdlet">The cmdlet in whose pipeline the module's commands run.</param>
/// <param name="name">The name of the secret.</param>
/// <param name="vault">The vault; null for the default one, and then the others, as Get-Secret has it.</param>
internal sealed class SecretVault(PSCmdlet cmdlet, string name, string? vault)
{
    private const string ModuleName = "Microsoft.PowerShell.SecretManagement";
    private const int LongestReason = 200;

    // Set-Secret asks ShouldProcess: the cmdlet that calls it has asked already. In a table, an array of bytes is not
    // taken for that many objects.
    private static readonly ScriptBlock s_runner = ScriptBlock.Create(
        "$WhatIfPreference = $false; $ConfirmPreference = 'None'; $parameters = $args[1]; "
        + "@{ Output = @(& $args[0] @parameters) }");

    /// <summary>The secret, as a message names it.</summary>
    public string Description => vault is null ? $"the secret '{name}'" : $"the secret '{name}' of the vault '{vault}'";

    private string Sentence => $"T{Description[1..]}";

    private string SetSecretLine =>
        $"Set-Secret '{CodeGeneration.EscapeSingleQuotedStringContent(name)}' (New-CacheKitMasterKey -AsSecureString)";

    /// <summary>Reads the keys.</summary>
    /// <returns>The ring, which is the caller's.</returns>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.SecretManagementMissing"/>,
    /// <see cref="ErrorIds.MasterKeyMissing"/> when there is no such secret, <see cref="ErrorIds.SecretVaultFailed"/>,
    /// <see cref="ErrorIds.MasterKeyInvalid"/> or <see cref="ErrorIds.KeyRingInvalid"/>.</exception>
    public KeyRing ReadRing()
    {
        object?[] output = Call("Get-Secret", Parameters());
        object? secret = output.Length == 1 ? Bare(output[0]) : null;
        using KeyRingBuilder builder = new();
        switch (secret)
        {
            case SecureString text:
                using (SecureText clear = new(text))
                {
                    AddText(builder, clear.Characters);
                }

                break;
            case string text:
                AddText(builder, text);
                break;
            case byte[] bytes:
                builder.Add(MasterKey.FromBytes(bytes, Sentence), Sentence);
                break;
            default:
                throw new CacheKitException(
                    ErrorIds.MasterKeyInvalid,
                    $"{Sentence} is {(secret is null ? "empty, or more than one object" : $"a {secret.GetType().FullName}")}; "
                    + "keys are text of 64 hexadecimal digits each, or an array of 32 bytes.",
                    $"Store it as text: {SetSecretLine}.");
        }

        return builder.Build();
    }

    /// <summary>
    /// Replaces the keys, if the secret still has those that the caller read; vaults have no way to do both in one
    /// step. They are written as a SecureString, into the vault that has the secret.
    /// </summary>
    /// <param name="expected">The keys that the caller read.</param>
    /// <param name="replacement">The keys to write.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyFileChanged"/> when it has other keys by now, or as
    /// <see cref="ReadRing"/>.</exception>
    public void WriteRing(KeyRing expected, KeyRing replacement)
    {
        string target = vault ?? FindVault();
        using (KeyRing found = new SecretVault(cmdlet, name, target).ReadRing())
        {
            if (!found.HasSameKeys(expected))
            {
                throw new CacheKitException(
                    ErrorIds.KeyFileChanged,
                    $"{Sentence} has other keys than when it was read. It was left as it is.",
                    "Run the command again.");
            }
        }

        using SecureString text = SecretDigits.Of(replacement);
        Call("Set-Secret", new() { ["Name"] = name, ["SecureStringSecret"] = text, ["Vault"] = target });
    }

    private void AddText(KeyRingBuilder builder, ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> keys = text.TrimEnd("\r\n");
        if (keys.Contains('\n'))
        {
            builder.AddList(keys, '\n', Description, "Line");
        }
        else if (keys.Contains(','))
        {
            builder.AddList(keys, ',', Description);
        }
        else
        {
            builder.Add(keys, Sentence);
        }
    }

    /// <summary>
    /// Set-Secret without a vault would write into the default one, although Get-Secret found it elsewhere.
    /// </summary>
    private string FindVault()
    {
        object?[] found = Call("Get-SecretInfo", new() { ["Name"] = WildcardPattern.Escape(name) });
        string[] vaults = [.. found.OfType<object>()
            .Select(item => PSObject.AsPSObject(item).Properties["VaultName"]?.Value).OfType<string>()];
        return vaults.Length == 1
            ? vaults[0]
            : throw new CacheKitException(
                ErrorIds.SecretVaultFailed,
                $"{Sentence} is in "
                + (vaults.Length == 0 ? "no vault." : $"{vaults.Length} vaults: {string.Join(", ", vaults)}."),
                "Name the vault with -VaultName.");
    }

    private Hashtable Parameters()
    {
        Hashtable parameters = new() { ["Name"] = name };
        if (vault is not null)
        {
            parameters["Vault"] = vault;
        }

        return parameters;
    }

    private static object? Bare(object? item) => item is PSObject wrapped ? wrapped.BaseObject : item;

    private object?[] Call(string command, Hashtable parameters)
    {
        CommandInfo found = cmdlet.InvokeCommand.GetCommand($@"{ModuleName}\{command}", CommandTypes.All)
            ?? throw new CacheKitException(
                ErrorIds.SecretManagementMissing,
                $"The module {ModuleName} is not installed; it gives access to secret vaults.",
                $"Install-Module {ModuleName}, and register a vault. Or give the key with -MasterKey, or configure one: "
                + "New-CacheKitMasterKey -Save.");
        parameters["ErrorAction"] = ActionPreference.Stop;
        try
        {
            PSObject table = cmdlet.InvokeCommand.InvokeScript(
                useLocalScope: true, s_runner, input: null, found, parameters)[^1];
            return (object?[])((Hashtable)table.BaseObject)["Output"]!;
        }
        catch (RuntimeException failure) when (failure is not PipelineStoppedException)
        {
            throw FailureOf(failure.ErrorRecord);
        }
    }

    private CacheKitException FailureOf(ErrorRecord error)
    {
        if (error.Exception is ItemNotFoundException)
        {
            return new CacheKitException(
                ErrorIds.MasterKeyMissing,
                $"There is no master key: {Description} is not there.",
                $"Make it: {SetSecretLine}.");
        }

        string reason = error.ToString().ReplaceLineEndings(" ");
        return new CacheKitException(
            ErrorIds.SecretVaultFailed,
            $"{Sentence} cannot be used: {reason[..Math.Min(reason.Length, LongestReason)].TrimEnd(' ', '.')}.",
            "Check with Get-Secret that the vault is registered, unlocked and has the secret; name the vault with "
            + "-VaultName.");
    }
}
