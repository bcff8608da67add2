using System.Management.Automation;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <content>The keys.</content>
public sealed partial class NewCacheKitSessionCommand
{
    /// <summary>The master key: 64 hexadecimal digits as SecureString or text, or 32 bytes.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    public object? MasterKey { get; set; }

    /// <summary>Up to three keys that only decrypt, beside -MasterKey, the newest first.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    [KeyListTransformation]
    public object?[]? PreviousMasterKey { get; set; }

    /// <summary>
    /// The secret of SecretManagement that holds the keys, on lines of their own; the first encrypts.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SecretName { get; set; }

    /// <summary>The vault of SecretManagement that has the secret.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? VaultName { get; set; }

    /// <summary>A key that is not there yet is no error: public data needs none, and it may come later.</summary>
    private SessionKeys ReadKeys(CacheKitEnvironment environment)
    {
        CheckKeyParameters();
        if (IsGiven(nameof(MasterKey)))
        {
            object?[] previous = IsGiven(nameof(PreviousMasterKey)) ? PreviousMasterKey ?? [null] : [];
            return new SessionKeys(MasterKeyParameter.Read(MasterKey, previous), KeyOrigin.Parameter());
        }

        if (SecretName is not null)
        {
            SecretVault secret = new(this, SecretName, VaultName);
            return new SessionKeys(secret.ReadRing(), KeyOrigin.Secret(secret.Description, SecretName, VaultName));
        }

        KeyRingSource? found = KeyRingSource.Find(environment);
        return new SessionKeys(found?.Read(environment), found is null ? null : KeyOrigin.Of(found));
    }

    private void CheckKeyParameters()
    {
        if (IsGiven(nameof(MasterKey)) && SecretName is not null)
        {
            throw Conflict("-MasterKey and -SecretName both say which key encrypts.", "Give one of them.");
        }

        if (IsGiven(nameof(PreviousMasterKey)) && !IsGiven(nameof(MasterKey)))
        {
            throw Conflict(
                "-PreviousMasterKey is given without -MasterKey, which says what key encrypts.",
                "Give -MasterKey too. A secret or key file holds its previous keys itself, one a line below the "
                + "first.");
        }

        if (VaultName is not null && SecretName is null)
        {
            throw Conflict(
                "-VaultName is given without -SecretName, which says what to take from it.", "Give -SecretName too.");
        }
    }

    private static CacheKitException Conflict(string message, string advice) =>
        new(ErrorIds.ParameterConflict, message, advice);
}
