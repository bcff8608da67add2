using System.Management.Automation;
using System.Text;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Parameters;

namespace CacheKit.CacheKeys;

/// <summary>What identifies the entry of a call, beside its input object (DESIGN section 5).</summary>
/// <param name="cmdlet">The cmdlet that runs the block: its caller's variables are those that the block sees.</param>
/// <param name="namespace">The part of the cache.</param>
/// <param name="block">The block; null where there is only a name or an operation.</param>
/// <param name="name">The name that stands for the block, its variables and its arguments, or null.</param>
/// <param name="arguments">The arguments of the block.</param>
/// <param name="varyBy">What else tells one entry from another.</param>
/// <param name="operation">
/// The operation of an entry that other languages share, which makes the key with the arguments; else null.
/// </param>
/// <remarks>Fields, since a process compiles each accessor of a property at its first call.</remarks>
internal sealed class CallIdentity(
    PSCmdlet cmdlet,
    string @namespace,
    ScriptBlock? block = null,
    string? name = null,
    object?[]? arguments = null,
    object?[]? varyBy = null,
    string? operation = null)
{
    private const int LongestName = 1024;

    /// <summary>The cmdlet that runs the block.</summary>
    public readonly PSCmdlet Cmdlet = cmdlet;

    /// <summary>The part of the cache.</summary>
    public readonly string Namespace = @namespace;

    /// <summary>The block, or null.</summary>
    public readonly ScriptBlock? Block = block;

    /// <summary>The name, or null.</summary>
    public readonly string? Name = name;

    /// <summary>The arguments of the block.</summary>
    public readonly object?[]? Arguments = arguments;

    /// <summary>What else tells one entry from another.</summary>
    public readonly object?[]? VaryBy = varyBy;

    /// <summary>The operation of an entry that other languages share, or null.</summary>
    public readonly string? Operation = operation;

    /// <summary>Whether the entry is one that other languages share.</summary>
    public bool IsInterop => Operation is not null;

    /// <summary>Reads the parameters of a cmdlet.</summary>
    /// <param name="cmdlet">The cmdlet; it has begun.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="block">The block, or null.</param>
    /// <param name="defaults">What the session says.</param>
    /// <exception cref="CacheKitException">What they say cannot be.</exception>
    public static CallIdentity Of(
        PSCmdlet cmdlet, IKeyParameters parameters, ScriptBlock? block, CallDefaults defaults)
    {
        Dictionary<string, object> given = cmdlet.MyInvocation.BoundParameters;
        bool isNamespaceGiven = given.ContainsKey(nameof(Namespace));
        string? place = isNamespaceGiven ? parameters.Namespace : defaults.Namespace;
        if (given.ContainsKey(nameof(IKeyParameters.Interop)))
        {
            InteropRules.CheckNames(parameters.Interop, isNamespaceGiven || defaults.HasNamespace ? place : null);
            InteropRules.Refuse(given, nameof(IKeyParameters.Key), "the arguments make the key");
            InteropRules.Refuse(given, nameof(VaryBy), "the arguments make the key");
            CheckArguments(cmdlet, parameters.ArgumentList);
        }
        else if (!ReferenceEquals(place, Namespaces.Default))
        {
            Namespaces.Check(place);
        }

        if (given.ContainsKey(nameof(IKeyParameters.Key)))
        {
            CheckName(parameters.Key);
        }

        return new CallIdentity(
            cmdlet,
            place!,
            block,
            parameters.Key,
            parameters.ArgumentList,
            parameters.VaryBy,
            parameters.Interop);
    }

    /// <summary>Computes where the entry of a call lies.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="input">The input object.</param>
    /// <param name="trace">Takes what went into the key, or null.</param>
    /// <param name="willRun">Whether the block is about to run, or would be.</param>
    /// <exception cref="CacheKitException">No key can be derived, or not for a cache that does not encrypt.</exception>
    public EntryKeys KeysFor(EntryCache cache, in CallInput input, KeyTrace? trace = null, bool willRun = false)
    {
        using SensitiveBuffer identity = SensitiveBuffer.Rent();
        bool holdsSecret = false;
        if (Operation is not null)
        {
            InteropIdentity.Write(identity, this, input, trace);
        }
        else
        {
            holdsSecret = EntryIdentity.Write(identity, this, input, trace, willRun);
        }

        if (holdsSecret && !cache.Mode.IsEncrypted)
        {
            throw new CacheKitException(
                ErrorIds.SecretRefused,
                "The key of an entry that is not encrypted cannot be made of a SecureString or PSCredential.",
                "Use Invoke-SecureCached, or name the entry with -Key.");
        }

        return cache.KeysFor(Namespace, identity.WrittenSpan, holdsSecret);
    }

    private static void CheckName(string? name)
    {
        if (string.IsNullOrWhiteSpace(name) || Encoding.UTF8.GetByteCount(name) > LongestName)
        {
            throw new CacheKitException(
                ErrorIds.KeyInvalid,
                $"A key is text of 1 to {LongestName} bytes, and not only white space.",
                "Give another -Key, or none to have it derived from the block.",
                target: name);
        }
    }

    private static void CheckArguments(PSCmdlet cmdlet, object?[]? arguments)
    {
        Dictionary<string, object> given = cmdlet.MyInvocation.BoundParameters;
        if (!given.ContainsKey(nameof(IKeyParameters.ArgumentList)))
        {
            return;
        }

        InteropRules.CheckArguments(arguments);
        if (cmdlet.MyInvocation.ExpectingInput || given.ContainsKey("InputObject"))
        {
            throw new CacheKitException(
                ErrorIds.ParameterConflict,
                "With -Interop, an input object is the argument: it cannot be given beside -ArgumentList.",
                "Give each its own -ArgumentList, as in ForEach-Object { ... -ArgumentList $_, 'more' }.");
        }
    }
}
