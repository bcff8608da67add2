using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Keys;

/// <content>
/// The rings that a rotation goes through. It goes forward only: a key that has been retired does not encrypt again,
/// since nobody knows how many messages it has sealed already (PROTOCOL section 4).
/// </content>
public sealed partial class KeyRing
{
    /// <summary>A ring in which a new key encrypts and all keys of this one decrypt.</summary>
    /// <param name="key">The new key; the caller's.</param>
    /// <returns>The ring, which is the caller's.</returns>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyRingInvalid"/>.</exception>
    public KeyRing WithNewCurrent(MasterKey key)
    {
        CheckNew(key);
        return new KeyRing(key.Clone(), Array.ConvertAll(_keys, each => each.Clone()));
    }

    /// <summary>A ring in which a new key decrypts, before it encrypts.</summary>
    /// <param name="key">The new key; the caller's.</param>
    /// <returns>The ring, which is the caller's.</returns>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyRingInvalid"/>.</exception>
    public KeyRing WithNewPrevious(MasterKey key)
    {
        CheckNew(key);
        return new KeyRing(Current.Clone(), [key.Clone(), .. _keys.Skip(1).Select(each => each.Clone())]);
    }

    /// <summary>
    /// A ring in which the first of the keys that decrypt encrypts, and the one that encrypted decrypts.
    /// </summary>
    /// <returns>The ring, which is the caller's.</returns>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.RotationNotStarted"/>.</exception>
    public KeyRing Promoted() => _keys.Length == 1
        ? throw new CacheKitException(
            ErrorIds.RotationNotStarted,
            "There is no previous key in the ring that could be promoted.",
            "Begin with Start-CacheKitKeyRotation -AsPrevious.")
        : new KeyRing(_keys[1].Clone(), [_keys[0].Clone(), .. _keys.Skip(2).Select(each => each.Clone())]);

    /// <summary>A ring of the key alone that encrypts.</summary>
    /// <returns>The ring, which is the caller's.</returns>
    public KeyRing WithoutPrevious() => new(Current.Clone());

    /// <summary>A ring of a new key alone: nothing of this one is believed any more.</summary>
    /// <param name="key">The new key; the caller's.</param>
    /// <returns>The ring, which is the caller's.</returns>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyRingInvalid"/>.</exception>
    public KeyRing ReplacedBy(MasterKey key)
    {
        CheckUnknown(key);
        return new KeyRing(key.Clone());
    }

    private void CheckNew(MasterKey key)
    {
        CheckUnknown(key);
        if (_keys.Length == LongestRing)
        {
            throw new CacheKitException(
                ErrorIds.KeyRingInvalid,
                $"The ring has {LongestPrevious} previous keys already, which is the limit: every lookup asks under "
                + "each of them.",
                "End the rotations before: Step-CacheKitKeyRotation, then Complete-CacheKitKeyRotation.");
        }
    }

    private void CheckUnknown(MasterKey key)
    {
        if (_keys.Any(key.HasSameBytes))
        {
            throw new CacheKitException(
                ErrorIds.KeyRingInvalid,
                "The new key is in the ring already. Rotation goes forward only: nobody knows how many messages a key "
                + "that was used before has sealed.",
                "Take a new one: New-CacheKitMasterKey. A key that was added with -AsPrevious is promoted with "
                + "-Promote.");
        }
    }
}
