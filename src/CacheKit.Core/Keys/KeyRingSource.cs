using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Keys;

/// <summary>
/// Where the master keys come from when none is given: the first source that is set wins (DESIGN section 6). All keys
/// are of one source.
/// </summary>
/// <param name="Description">The source, as a message names it.</param>
/// <param name="Path">The key file, or null for variables.</param>
public sealed record KeyRingSource(string Description, string? Path)
{
    private const string MissingAdvice =
        $"Set one: $env:{CacheKitEnvironment.MasterKeyVariable} = New-CacheKitMasterKey; or save one for this user: "
        + "New-CacheKitMasterKey -Save.";

    /// <summary>
    /// Finds the source: the variables CACHEKIT_MASTER_KEY_ROTATION and CACHEKIT_MASTER_KEY, then the file that
    /// CACHEKIT_MASTER_KEY_FILE names, then the user's saved key file. A source that is set but unusable is an error,
    /// never skipped.
    /// </summary>
    /// <param name="environment">The environment.</param>
    /// <returns>The source, or null when there is none.</returns>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyRingConflict"/>: the variables contradict each
    /// other.</exception>
    public static KeyRingSource? Find(CacheKitEnvironment environment)
    {
        CheckForms(environment);
        if (environment.HoldsKey)
        {
            return new KeyRingSource(
                environment.MasterKeyRotation is null
                    ? CacheKitEnvironment.MasterKeyVariable
                    : CacheKitEnvironment.MasterKeyRotationVariable,
                null);
        }

        if (environment.MasterKeyFile is { } path)
        {
            return new KeyRingSource(CacheKitEnvironment.MasterKeyFileVariable, path);
        }

        return environment.SavedKeyPath is { } saved && File.Exists(saved)
            ? new KeyRingSource("the saved key file", saved)
            : null;
    }

    /// <summary>Reads the keys of the first source that is set.</summary>
    /// <param name="environment">The environment.</param>
    /// <returns>The ring, which is the caller's.</returns>
    /// <exception cref="CacheKitException">
    /// <see cref="ErrorIds.MasterKeyMissing"/>, or as <see cref="Read"/>.
    /// </exception>
    public static KeyRing ReadFirst(CacheKitEnvironment environment) =>
        (Find(environment) ?? throw Missing()).Read(environment);

    /// <summary>The error of having no source.</summary>
    public static CacheKitException Missing() => new(
        ErrorIds.MasterKeyMissing,
        $"There is no master key: neither {CacheKitEnvironment.MasterKeyVariable} nor "
        + $"{CacheKitEnvironment.MasterKeyFileVariable} is set, and this user has no saved key file.",
        MissingAdvice);

    /// <summary>Reads the keys.</summary>
    /// <param name="environment">The environment in which the source was found.</param>
    /// <returns>The ring, which is the caller's.</returns>
    /// <exception cref="CacheKitException">
    /// A key or the file is not usable, or the keys are not usable together.
    /// </exception>
    public KeyRing Read(CacheKitEnvironment environment)
    {
        if (Path is null)
        {
            return ReadVariables(environment);
        }

        return string.IsNullOrWhiteSpace(Path)
            ? throw new CacheKitException(
                ErrorIds.KeyFileUnusable,
                $"{Description} is blank; it names the file that holds the master key.",
                $"Give it the full path of a key file, or remove it: Remove-Item Env:{Description}.")
            : KeyFile.Read(Path);
    }

    /// <summary>Says which part of the source a key of its ring comes from.</summary>
    /// <param name="ring">The ring that was read.</param>
    /// <param name="index">The key, from zero.</param>
    /// <param name="environment">The environment in which the source was found.</param>
    public string DescribeKey(KeyRing ring, int index, CacheKitEnvironment environment)
    {
        bool isLast = index == ring.Keys.Count - 1;
        return Description switch
        {
            CacheKitEnvironment.MasterKeyVariable when index > 0 => CacheKitEnvironment.PreviousMasterKeysVariable,
            CacheKitEnvironment.MasterKeyRotationVariable when isLast && environment.MasterKey is not null =>
                CacheKitEnvironment.MasterKeyVariable,
            _ => Description,
        };
    }

    private static KeyRing ReadVariables(CacheKitEnvironment environment)
    {
        using KeyRingBuilder builder = new();
        if (environment.MasterKeyRotation is { } rotation)
        {
            AddList(builder, rotation, CacheKitEnvironment.MasterKeyRotationVariable);
            if (environment.MasterKey is not null)
            {
                builder.CheckRoom(1, CacheKitEnvironment.MasterKeyVariable);
                builder.Add(environment.MasterKey, CacheKitEnvironment.MasterKeyVariable);
                CheckRotationGoesOn(builder.Keys[0], builder.Keys[^1]);
            }

            return builder.Build();
        }

        builder.Add(environment.MasterKey, CacheKitEnvironment.MasterKeyVariable);
        if (environment.PreviousMasterKeys is { } previous)
        {
            AddList(builder, previous, CacheKitEnvironment.PreviousMasterKeysVariable);
        }

        return builder.Build();
    }

    private static void AddList(KeyRingBuilder builder, string keys, string variable)
    {
        if (string.IsNullOrWhiteSpace(keys))
        {
            throw new CacheKitException(
                ErrorIds.KeyRingInvalid,
                $"{variable} is blank; it holds keys of {MasterKey.HexSize} hexadecimal digits, with commas between.",
                $"Put the keys there, or remove it: Remove-Item Env:{variable}.");
        }

        builder.AddList(keys, ',', variable);
    }

    /// <summary>Two forms say it, and neither is asked for a guess which of them is meant.</summary>
    private static void CheckForms(CacheKitEnvironment environment)
    {
        if (environment.PreviousMasterKeys is null)
        {
            return;
        }

        if (environment.MasterKeyRotation is not null)
        {
            throw new CacheKitException(
                ErrorIds.KeyRingConflict,
                $"{CacheKitEnvironment.PreviousMasterKeysVariable} and {CacheKitEnvironment.MasterKeyRotationVariable} "
                + "are both set, and each says which keys decrypt.",
                $"Keep one form: {CacheKitEnvironment.MasterKeyVariable} with "
                + $"{CacheKitEnvironment.PreviousMasterKeysVariable} is the one for a fleet. Remove-Item "
                + $"Env:{CacheKitEnvironment.MasterKeyRotationVariable}.");
        }

        if (environment.MasterKey is null)
        {
            throw new CacheKitException(
                ErrorIds.KeyRingConflict,
                $"{CacheKitEnvironment.PreviousMasterKeysVariable} is set and {CacheKitEnvironment.MasterKeyVariable} "
                + "is not: previous keys in a variable count only beside a master key in a variable.",
                $"Set {CacheKitEnvironment.MasterKeyVariable} too. A key file holds its previous keys itself, one a "
                + $"line below the first; then Remove-Item Env:{CacheKitEnvironment.PreviousMasterKeysVariable}.");
        }
    }

    private static void CheckRotationGoesOn(MasterKey first, MasterKey master)
    {
        if (master.HasSameBytes(first))
        {
            throw new CacheKitException(
                ErrorIds.KeyRingConflict,
                $"{CacheKitEnvironment.MasterKeyVariable} is the same key as the first of "
                + $"{CacheKitEnvironment.MasterKeyRotationVariable}: the rotation has ended, and its variable is still "
                + "set.",
                $"Remove it: Remove-Item Env:{CacheKitEnvironment.MasterKeyRotationVariable}. Keys that must still "
                + $"decrypt go into {CacheKitEnvironment.PreviousMasterKeysVariable}.");
        }
    }
}
