using System.Management.Automation;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Makes a master key from the platform's cryptographic random number generator.</summary>
[Cmdlet(
    VerbsCommon.New,
    "CacheKitMasterKey",
    DefaultParameterSetName = ParameterSets.Text,
    SupportsShouldProcess = true,
    HelpUri = HelpPages.Folder + "New-CacheKitMasterKey.md")]
[OutputType(typeof(string), typeof(SecureString), ParameterSetName = [ParameterSets.Text])]
[OutputType(typeof(void), ParameterSetName = [ParameterSets.Path, ParameterSets.Save])]
public sealed class NewCacheKitMasterKeyCommand : CacheKitCommand
{
    /// <summary>Gives the key as a SecureString.</summary>
    [Parameter(ParameterSetName = ParameterSets.Text)]
    public SwitchParameter AsSecureString { get; set; }

    /// <summary>The key file to write.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ParameterSets.Path)]
    [AllowEmptyString]
    [AllowNull]
    public string? Path { get; set; }

    /// <summary>Writes this user's key file.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Save)]
    public SwitchParameter Save { get; set; }

    /// <summary>Replaces a key file that is there.</summary>
    [Parameter(ParameterSetName = ParameterSets.Path)]
    [Parameter(ParameterSetName = ParameterSets.Save)]
    public SwitchParameter Force { get; set; }

    private protected override void Process()
    {
        if (ParameterSetName == ParameterSets.Text)
        {
            WriteKey();
            return;
        }

        Subject = Path;
        string path = TargetPath();
        if (ShouldProcess(path, "Write a new master key"))
        {
            using MasterKey key = MasterKey.Generate();
            KeyFile.Write(path, key, overwrite: Force, protect: Save);
            // The session may have been made of the key that was replaced.
            ImplicitSession.Retire();
        }
    }

    private void WriteKey()
    {
        using MasterKey key = MasterKey.Generate();
        if (AsSecureString)
        {
            WriteObject(SecretDigits.Of(key));
            return;
        }

        byte[] digits = GC.AllocateArray<byte>(MasterKey.HexSize, pinned: true);
        key.WriteHex(digits);
        WriteObject(Encoding.ASCII.GetString(digits));
        CryptographicOperations.ZeroMemory(digits);
    }

    private string TargetPath()
    {
        if (Save)
        {
            return CacheKitEnvironment.Capture().SavedKeyPath ?? throw new CacheKitException(
                ErrorIds.KeyFileUnusable,
                "This user has no directory for configuration, so that there is no place for a saved key.",
                "Set HOME, or write the key elsewhere with -Path and name that file in CACHEKIT_MASTER_KEY_FILE.");
        }

        return PathResolver.Resolve(this, Path);
    }
}
