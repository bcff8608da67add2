using System.Management.Automation;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;

namespace CacheKit.Sessions;

/// <summary>Where the keys of a session came from, and how a rotation puts others there.</summary>
/// <param name="description">The place, as a message names it.</param>
internal abstract class KeyOrigin(string description)
{
    /// <summary>The place, as a message names it.</summary>
    public string Description => description;

    /// <summary>Whether others who use the place have the new keys by that; else somebody has to deploy them.</summary>
    public abstract bool IsShared { get; }

    /// <summary>Puts keys in the place of others.</summary>
    /// <param name="cmdlet">The cmdlet that does it.</param>
    /// <param name="expected">The keys that are there, as the caller knows them.</param>
    /// <param name="replacement">The keys to put there.</param>
    /// <exception cref="CacheKitException">Other keys are there by now, or they cannot be written.</exception>
    public abstract void Replace(PSCmdlet cmdlet, KeyRing expected, KeyRing replacement);

    /// <summary>The place of keys that the environment names.</summary>
    /// <param name="source">What the environment names.</param>
    public static KeyOrigin Of(KeyRingSource source) =>
        source.Path is null ? new Variables(source.Description) : new KeyFilePlace(source.Description, source.Path);

    /// <summary>The place of keys that were given as parameters: the session, and nothing else.</summary>
    public static KeyOrigin Parameter() => new Session();

    /// <summary>The place of keys in a vault of SecretManagement.</summary>
    /// <param name="description">The secret, as a message names it.</param>
    /// <param name="name">The name of the secret.</param>
    /// <param name="vault">The vault, or null for wherever the secret is.</param>
    public static KeyOrigin Secret(string description, string name, string? vault) => new VaultPlace(description, name, vault);

    private sealed class Session() : KeyOrigin("-MasterKey")
    {
        public override bool IsShared => false;

        public override void Replace(PSCmdlet cmdlet, KeyRing expected, KeyRing replacement)
        {
            // The session has them from the caller.
        }
    }

    private sealed class KeyFilePlace(string description, string path) : KeyOrigin(description)
    {
        public override bool IsShared => true;

        public override void Replace(PSCmdlet cmdlet, KeyRing expected, KeyRing replacement) =>
            KeyFile.Replace(path, expected, replacement);
    }

    private sealed class VaultPlace(string description, string name, string? vault) : KeyOrigin(description)
    {
        public override bool IsShared => true;

        public override void Replace(PSCmdlet cmdlet, KeyRing expected, KeyRing replacement) =>
            new SecretVault(cmdlet, name, vault).WriteRing(expected, replacement);
    }

    /// <summary>Of this process alone: those of others can only be deployed.</summary>
    private sealed class Variables(string description) : KeyOrigin(description)
    {
        public override bool IsShared => false;

        public override void Replace(PSCmdlet cmdlet, KeyRing expected, KeyRing replacement)
        {
            using (KeyRing found = KeyRingSource.ReadFirst(CacheKitEnvironment.Capture()))
            {
                if (!found.HasSameKeys(expected))
                {
                    throw new CacheKitException(
                        ErrorIds.KeyFileChanged,
                        "The environment has other keys than when they were read. It was left as it is.",
                        "Run the command again; name a session that has keys of its own with -Session.");
                }
            }

            string[] keys = [.. replacement.Keys.Select(HexOf)];
            string? previous = keys.Length == 1 ? null : string.Join(',', keys[1..]);
            Environment.SetEnvironmentVariable(CacheKitEnvironment.MasterKeyRotationVariable, null);
            Environment.SetEnvironmentVariable(CacheKitEnvironment.PreviousMasterKeysVariable, previous);
            Environment.SetEnvironmentVariable(CacheKitEnvironment.MasterKeyVariable, keys[0]);
        }

        // An environment variable is a string, whatever one does.
        private static string HexOf(MasterKey key)
        {
            byte[] digits = new byte[MasterKey.HexSize];
            key.WriteHex(digits);
            return System.Text.Encoding.ASCII.GetString(digits);
        }
    }
}
