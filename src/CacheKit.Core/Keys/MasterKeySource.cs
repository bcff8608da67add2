using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Keys;

/// <summary>Where a master key comes from when none is given: the first source that is set wins (DESIGN section 6).</summary>
/// <param name="Description">The source, as a message names it.</param>
/// <param name="Path">The key file, or null for a variable.</param>
public sealed record MasterKeySource(string Description, string? Path)
{
    private const string MissingAdvice =
        $"Set one: $env:{CacheKitEnvironment.MasterKeyVariable} = New-CacheKitMasterKey; or save one for this user: "
        + "New-CacheKitMasterKey -Save.";

    /// <summary>
    /// Finds the source: CACHEKIT_MASTER_KEY, then CACHEKIT_MASTER_KEY_FILE, then the user's saved key file. A source
    /// that is set but unusable is an error, never skipped.
    /// </summary>
    /// <param name="environment">The environment.</param>
    /// <returns>The source, or null when there is none.</returns>
    public static MasterKeySource? Find(CacheKitEnvironment environment)
    {
        if (environment.MasterKey is not null)
        {
            return new MasterKeySource(CacheKitEnvironment.MasterKeyVariable, null);
        }

        if (environment.MasterKeyFile is { } path)
        {
            return new MasterKeySource(CacheKitEnvironment.MasterKeyFileVariable, path);
        }

        return environment.SavedKeyPath is { } saved && File.Exists(saved)
            ? new MasterKeySource("the saved key file", saved)
            : null;
    }

    /// <summary>Reads the key of the first source that is set.</summary>
    /// <param name="environment">The environment.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.MasterKeyMissing"/>, or what the source's reader says.</exception>
    public static MasterKey ReadFirst(CacheKitEnvironment environment) =>
        (Find(environment) ?? throw Missing()).Read(environment);

    /// <summary>The error of having no source.</summary>
    public static CacheKitException Missing() => new(
        ErrorIds.MasterKeyMissing,
        $"There is no master key: neither {CacheKitEnvironment.MasterKeyVariable} nor "
        + $"{CacheKitEnvironment.MasterKeyFileVariable} is set, and this user has no saved key file.",
        MissingAdvice);

    /// <summary>Reads the key.</summary>
    /// <param name="environment">The environment in which the source was found.</param>
    /// <exception cref="CacheKitException">The key or its file is not usable.</exception>
    public MasterKey Read(CacheKitEnvironment environment)
    {
        if (Path is null)
        {
            return MasterKey.FromHex(environment.MasterKey, Description);
        }

        return string.IsNullOrWhiteSpace(Path)
            ? throw new CacheKitException(
                ErrorIds.KeyFileUnusable,
                $"{Description} is blank; it names the file that holds the master key.",
                $"Give it the full path of a key file, or remove it: Remove-Item Env:{Description}.")
            : KeyFile.Read(Path);
    }
}
