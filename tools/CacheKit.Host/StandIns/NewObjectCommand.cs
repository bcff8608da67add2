using System.Collections;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for New-Object on .NET types.</summary>
[Cmdlet(VerbsCommon.New, "Object")]
public sealed class NewObjectCommand : PSCmdlet
{
    private static readonly ScriptBlock s_construct =
        ScriptBlock.Create("param([type] $Type, [object[]] $Arguments) , $Type::new.Invoke($Arguments)");

    [Parameter(Position = 0, Mandatory = true)]
    public string TypeName { get; set; } = "";

    [Parameter(Position = 1)]
    [Alias("Args")]
    public object[] ArgumentList { get; set; } = [];

    [Parameter]
    public IDictionary? Property { get; set; }

    protected override void ProcessRecord()
    {
        if (!LanguagePrimitives.TryConvertTo(TypeName, out Type type))
        {
            PSArgumentException missing = new(
                $"Cannot find type [{TypeName}]: verify that the assembly containing this type is loaded.");
            ThrowTerminatingError(new ErrorRecord(missing, "TypeNotFound", ErrorCategory.InvalidType, TypeName));
        }

        PSObject created = Construct(type);
        foreach (DictionaryEntry pair in Property ?? new Hashtable())
        {
            string name = LanguagePrimitives.ConvertTo<string>(pair.Key);
            if (created.BaseObject is PSCustomObject)
            {
                created.Properties.Add(new PSNoteProperty(name, pair.Value));
            }
            else
            {
                SetProperty(created, name, pair.Value);
            }
        }

        WriteObject(created, enumerateCollection: false);
    }

    private PSObject Construct(Type type)
    {
        if (type == typeof(PSObject) || type == typeof(PSCustomObject))
        {
            return ArgumentList.Length == 0 ? new PSObject() : PSObject.AsPSObject(ArgumentList[0]);
        }

        return ArgumentList.Length == 0 && type.IsValueType
            ? PSObject.AsPSObject(Activator.CreateInstance(type))
            : (PSObject)s_construct.InvokeReturnAsIs(type, ArgumentList);
    }

    private void SetProperty(PSObject created, string name, object? value)
    {
        if (created.Properties[name] is { } property)
        {
            property.Value = value;
            return;
        }

        PSArgumentException missing = new($"The member \"{name}\" was not found for the specified .NET object.");
        WriteError(new ErrorRecord(missing, "InvalidOperationException", ErrorCategory.InvalidOperation, created));
    }
}
