using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Security;
using CacheKit.Core.Serialization;
using CacheKit.Engine;

namespace CacheKit.Conversion;

/// <summary>Walks PowerShell objects and drives a <see cref="ValueWriter"/> (DESIGN section 7).</summary>
/// <param name="writer">Takes the values in one format.</param>
/// <param name="depth">
/// How many levels of objects of other types keep their properties, as of Export-Clixml; below, their text is kept.
/// Arrays, dictionaries and PSCustomObjects do not count.
/// </param>
/// <param name="stop">Ends a long conversion; asked at each composite.</param>
internal sealed partial class ObjectWriter(ValueWriter writer, int depth, CancellationToken stop)
{
    /// <summary>The depth that Export-Clixml has unless told otherwise.</summary>
    public const int DefaultDepth = 2;

    /// <summary>The full name of a switch's type.</summary>
    public const string SwitchName = "System.Management.Automation.SwitchParameter";

    private static readonly string[] s_plainBag = ["System.Management.Automation.PSCustomObject", "System.Object"];

    /// <summary>Whether the type names of a property bag are those that every PSCustomObject has.</summary>
    /// <param name="names">The type names.</param>
    public static bool IsPlainBag(IList<string> names) =>
        names.Count == 2 && names[0] == s_plainBag[0] && names[1] == s_plainBag[1];

    /// <summary>Writes a value that a block wrote.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="UnsupportedValueException">
    /// The format refuses it, or it nests too deeply or is too large.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Write(object? value)
    {
        try
        {
            Write(value, 0, depth);
        }
        catch (ValueTooLargeException)
        {
            throw new UnsupportedValueException(value?.GetType() ?? typeof(object), tooDeep: false) { TooLarge = true };
        }
    }

    private void Write(object? value, int level, int objects)
    {
        if (value is null || ReferenceEquals(value, AutomationNull.Value))
        {
            writer.WriteNull();
        }
        else if (value is not PSObject wrapped)
        {
            if (!writer.TryWriteScalar(value))
            {
                WriteComposite(value, null, level, objects);
            }
        }
        else if (wrapped.BaseObject is PSCustomObject custom)
        {
            WriteComposite(custom, wrapped, level, objects);
        }
        else if (HasAddedParts(wrapped))
        {
            WriteComposite(wrapped.BaseObject, wrapped, level, objects);
        }
        else if (!writer.TryWriteScalar(wrapped.BaseObject))
        {
            WriteComposite(wrapped.BaseObject, wrapped, level, objects);
        }
    }

    private void WriteComposite(object bare, PSObject? wrapped, int level, int objects)
    {
        if (level >= writer.DeepestValue)
        {
            throw new UnsupportedValueException(bare.GetType(), tooDeep: true);
        }

        stop.ThrowIfCancellationRequested();
        level++;
        if (bare is PSCustomObject && wrapped is not null)
        {
            WriteBag(wrapped, level, objects);
        }
        else if (IsPlain(bare))
        {
            Collection<string>? ownNames = wrapped is not null && ObjectParts.HasOwnTypeNames(wrapped, bare.GetType())
                ? ObjectParts.TypeNamesOf(wrapped)
                : null;
            List<KeyValuePair<string, object?>> added = PropertyValues.OfInstance(wrapped ?? bare);
            if ((added.Count > 0 || ownNames is not null) && writer.TryBeginExtended(ownNames ?? [], added.Count))
            {
                WritePlain(bare, level, objects);
                WriteProperties(added, level, objects);
            }
            else
            {
                WritePlain(bare, level, objects);
            }
        }
        else
        {
            WriteOther(bare, wrapped ?? PSObject.AsPSObject(bare), level, objects);
        }
    }

    /// <summary>Whether a value that comes in a wrapper is more than what is wrapped.</summary>
    private static bool HasAddedParts(PSObject wrapped) => InstanceMembers.Find(wrapped) is not null
        || ObjectParts.HasOwnTypeNames(wrapped, wrapped.BaseObject.GetType());

    /// <summary>Writes a value of the closed list without what was added to it.</summary>
    private void WritePlain(object value, int level, int objects)
    {
        switch (value)
        {
            case Enum constant:
                object number = Convert.ChangeType(constant, Enum.GetUnderlyingType(value.GetType()), null);
                if (!writer.TryWriteEnum(value.GetType().FullName!, number, constant.ToString()))
                {
                    Write(number, level, objects);
                }

                break;
            case SwitchParameter flag:
                if (!writer.TryWriteTypedText(SwitchName, flag.IsPresent ? "True" : "False"))
                {
                    Write(flag.IsPresent, level, objects);
                }

                break;
            case ScriptBlock block when writer.TakesOtherObjects:
                WriteText(block.ToString());
                break;
            case PSCredential credential:
                WriteCredential(credential);
                break;
            default:
                if (IsSemanticVersion(value) && writer.TakesOtherObjects)
                {
                    WriteVersion(value.ToString()!);
                }
                else if (!writer.TryWriteScalar(value))
                {
                    WriteCollection(value, level, objects);
                }

                break;
        }
    }

    private void WriteVersion(string version)
    {
        if (!writer.TryWriteTypedText(ObjectParts.SemanticVersionName, version))
        {
            WriteText(version);
        }
    }

    /// <summary>
    /// Writes the text that stands for a value. Not every format has a place for text that is not well-formed.
    /// </summary>
    private void WriteText(string text)
    {
        if (!writer.TryWriteScalar(text))
        {
            throw new UnsupportedValueException(typeof(string), tooDeep: false);
        }
    }

    private void WriteCredential(PSCredential credential)
    {
        if (!writer.TryBeginCredential())
        {
            throw new UnsupportedValueException(typeof(PSCredential), tooDeep: false);
        }

        // PSCredential.Empty has neither.
        if (credential.UserName is null)
        {
            writer.WriteNull();
            writer.WriteNull();
            return;
        }

        writer.TryWriteScalar(credential.UserName);
        writer.TryWriteScalar(credential.Password);
    }

    /// <summary>Whether a value is of the closed list, and not to become a property bag.</summary>
    private static bool IsPlain(object value)
    {
        Type type = value.GetType();
        if (value is SecureString)
        {
            // Asked only when the format has refused it: a secret never becomes a bag.
            return true;
        }

        return value is string or Enum or SwitchParameter or ScriptBlock or PSCredential
            || IsSemanticVersion(value)
            || PlainTypes.Contains(type)
            || IsCollection(type);
    }

    private static bool IsSemanticVersion(object value) => value.GetType().FullName == ObjectParts.SemanticVersionName;
}
