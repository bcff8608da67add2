using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace CacheKit.Host;

/// <summary>
/// The few doors of the engine that are open to pwsh's own assemblies only. Everything that needs reflection is here;
/// a missing member fails loudly, so a new engine version shows itself in the host's tests.
/// </summary>
internal static class EngineInternals
{
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    private const string FormatNamespace = "Microsoft.PowerShell.Commands.Internal.Format.";

    private static readonly Assembly s_engine = typeof(PSObject).Assembly;

    /// <summary>Makes <c>exit</c> in the next script end the pipeline and tell the host, as pwsh -File does.</summary>
    public static void LetExitEndThePipeline(Runspace runspace)
    {
        object context = GetProperty(runspace, "ExecutionContext")!;
        SetProperty(context, "ScriptCommandProcessorShouldRethrowExit", true);
    }

    /// <summary>Wraps an error record so that Out-Default writes it to the error stream.</summary>
    public static PSObject AsError(ErrorRecord record)
    {
        PSObject wrapped = new(record);
        PropertyInfo stream = GetPropertyInfo(typeof(PSObject), "WriteStream");
        stream.SetValue(wrapped, Enum.Parse(stream.PropertyType, "Error"));
        return wrapped;
    }

    /// <summary>Makes an error record point at the script that reports it instead of the reporting command.</summary>
    public static void AttributeTo(ErrorRecord record, InvocationInfo caller)
    {
        Invoke(record, "SetInvocationInfo", caller);
        SetProperty(record, "PreserveInvocationInfoOnce", true);
    }

    /// <summary>The exception that ends the commands before <paramref name="command"/> in its pipeline.</summary>
    public static Exception StopUpstream(Cmdlet command)
    {
        return (Exception)Create("System.Management.Automation.StopUpstreamCommandsException", command);
    }

    /// <summary>A variable in the scope given: a name or the number of scopes to go up.</summary>
    public static PSVariable? GetVariable(PSVariableIntrinsics variables, string name, string scope)
    {
        return (PSVariable?)Invoke(variables, "GetAtScope", name, scope);
    }

    /// <summary>Creates or replaces a variable in the scope given: a name or the number of scopes to go up.</summary>
    public static void SetVariable(SessionState session, PSVariable variable, string scope)
    {
        object engineSession = GetProperty(session, "Internal")!;
        Invoke(engineSession, "SetVariableAtScope", variable, scope, false, CommandOrigin.Internal);
    }

    /// <summary>Lets a command format as Format-Table or Format-List.</summary>
    /// <param name="command">The command that stands in.</param>
    /// <param name="shape">Table or List.</param>
    public static void FormatAs(FrontEndCommandBase command, string shape)
    {
        Type shapes = GetEngineType(FormatNamespace + "FormatShape");
        SetImplementation(command, Create(FormatNamespace + "InnerFormatShapeCommand", Enum.Parse(shapes, shape)));
    }

    /// <summary>Lets a command render what it is given, as Out-Default would, to a writer.</summary>
    public static void RenderTo(FrontEndCommandBase command, TextWriter writer, int width)
    {
        object lines = Create(FormatNamespace + "TextWriterLineOutput", writer, width);
        object renderer = Create(FormatNamespace + "OutputManagerInner");
        SetProperty(renderer, "LineOutput", lines);
        SetImplementation(command, renderer);
    }

    private static void SetImplementation(FrontEndCommandBase command, object implementation)
    {
        FieldInfo field = typeof(FrontEndCommandBase).GetField("implementation", Hidden)
            ?? throw new MissingFieldException(nameof(FrontEndCommandBase), "implementation");
        field.SetValue(command, implementation);
    }

    private static object Create(string typeName, params object[] arguments)
    {
        return Activator.CreateInstance(GetEngineType(typeName), Hidden, binder: null, arguments, culture: null)!;
    }

    private static Type GetEngineType(string name)
    {
        return s_engine.GetType(name, throwOnError: true)!;
    }

    private static object? Invoke(object target, string method, params object[] arguments)
    {
        Type[] types = [.. arguments.Select(argument => argument.GetType())];
        MethodInfo found = target.GetType().GetMethod(method, Hidden, types)
            ?? throw new MissingMethodException(target.GetType().FullName, method);
        return found.Invoke(target, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
    }

    private static object? GetProperty(object target, string name)
    {
        return GetPropertyInfo(target.GetType(), name).GetValue(target);
    }

    private static void SetProperty(object target, string name, object value)
    {
        GetPropertyInfo(target.GetType(), name).SetValue(target, value);
    }

    private static PropertyInfo GetPropertyInfo(Type type, string name)
    {
        for (Type? declaring = type; declaring is not null; declaring = declaring.BaseType)
        {
            // The nearest declaration wins, for a derived class may hide the property.
            if (declaring.GetProperty(name, Hidden | BindingFlags.DeclaredOnly) is { } property)
            {
                return property;
            }
        }

        throw new MissingMemberException(type.FullName, name);
    }
}
