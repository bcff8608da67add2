using System.Collections;
using System.Management.Automation;

namespace CacheKit.Engine;

/// <summary>
/// What runs between two input objects of a cmdlet: the commands above it that make them, and those below it, in its own
/// pipeline and in the pipelines of the functions around it. Nothing public tells; where a member is not as expected,
/// anything may run.
/// </summary>
internal static class PipelineNeighbours
{
    private const int DeepestPipeline = 64;
    private const string PipedParameter = "InputObject";

    private static readonly HiddenMember s_processor = HiddenMember.Property(
        TypeOf("System.Management.Automation.MshCommandRuntime"), "PipelineProcessor");

    private static readonly HiddenMember s_inputPipe = HiddenMember.Property(s_processor.Owner, "InputPipe");
    private static readonly HiddenMember s_outputPipe = HiddenMember.Property(s_processor.Owner, "OutputPipe");
    private static readonly HiddenMember s_errorPipe = HiddenMember.Property(s_processor.Owner, "ErrorOutputPipe");

    // The names of the variables that a command sets as objects pass, however its parameters were abbreviated.
    private static readonly HiddenMember[] s_variables =
    [
        HiddenMember.Property(s_processor.Owner, "OutVariable"),
        HiddenMember.Property(s_processor.Owner, "PipelineVariable"),
        HiddenMember.Property(s_processor.Owner, "ErrorVariable"),
        HiddenMember.Property(s_processor.Owner, "WarningVariable"),
        HiddenMember.Property(s_processor.Owner, "InformationVariable"),
    ];

    private static readonly HiddenMember s_commands = HiddenMember.Property(s_processor.Type, "Commands");

    private static readonly HiddenMember s_stepped = HiddenMember.Property(s_outputPipe.Type, "PipelineProcessor");
    private static readonly HiddenMember s_downstream = HiddenMember.Property(s_outputPipe.Type, "DownstreamCmdlet");
    private static readonly HiddenMember s_isNull = HiddenMember.Property(s_outputPipe.Type, "NullPipe");
    private static readonly HiddenMember s_outVariables = HiddenMember.Field(s_outputPipe.Type, "_outVariableList");
    private static readonly HiddenMember s_pipelineVariable =
        HiddenMember.Field(s_outputPipe.Type, "_pipelineVariableObject");

    private static readonly HiddenMember s_enumerator = HiddenMember.Field(s_outputPipe.Type, "_enumeratorToProcess");

    private static readonly HiddenMember s_info = HiddenMember.Property(s_downstream.Type, "CommandInfo");
    private static readonly HiddenMember s_runtime = HiddenMember.Property(s_downstream.Type, "CommandRuntime");
    private static readonly HiddenMember s_command = HiddenMember.Property(s_downstream.Type, "Command");
    private static readonly HiddenMember s_arguments = HiddenMember.Field(s_downstream.Type, "arguments");
    private static readonly HiddenMember s_invocation = HiddenMember.Property(s_command.Type, "MyInvocation");
    private static readonly HiddenMember s_argument = HiddenMember.Property(
        TypeOf("System.Management.Automation.CommandParameterInternal"), "ArgumentValue");

    /// <summary>The members that this version of the engine lacks: without them, nothing is ever inert.</summary>
    public static IReadOnlyList<string> Missing { get; } =
    [
        .. new[]
        {
            s_processor, s_inputPipe, s_outputPipe, s_errorPipe, s_commands, s_stepped, s_downstream, s_isNull,
            s_outVariables, s_pipelineVariable, s_enumerator, s_info, s_runtime, s_command, s_arguments, s_invocation,
            s_argument,
        }.Concat(s_variables).Where(member => member.Type is null).Select(member => member.Name),
    ];

    /// <summary>Whether nothing that could change what a block reads runs between two input objects.</summary>
    /// <param name="cmdlet">The cmdlet, which has been given an object.</param>
    public static bool AreInert(PSCmdlet cmdlet)
    {
        if (Missing.Count > 0 || cmdlet.CommandRuntime is not { } runtime || runtime.GetType() != s_processor.Owner)
        {
            return false;
        }

        return s_processor.Of(runtime) is { } processor
            && s_commands.Of(processor) is IList { Count: > 0 } commands
            && IsFedByEngine(commands[0]!)
            && AllAreInert(commands, cmdlet)
            && IsInertBelow(s_outputPipe.Of(runtime), DeepestPipeline)
            && IsInertBelow(s_errorPipe.Of(runtime), DeepestPipeline);
    }

    /// <summary>
    /// Whether the objects come from an expression, or from the first command alone: not, one by one, from a script that
    /// steps through the pipeline, or from a host that writes to it.
    /// </summary>
    private static bool IsFedByEngine(object first)
    {
        object? pipe = s_inputPipe.Of(s_runtime.Of(first)!);
        return pipe is not null && s_enumerator.Of(pipe) is { } enumerator
            ? IsPlainEnumerator(enumerator.GetType())
            : s_invocation.Of(s_command.Of(first)!) is InvocationInfo { ExpectingInput: false };
    }

    /// <summary>
    /// Enumerators of collections run no script; those of a script's class, or of LINQ over script blocks, may.
    /// </summary>
    private static bool IsPlainEnumerator(Type type) =>
        type.Assembly == typeof(PSObject).Assembly
        || type.Assembly.GetName().Name is "System.Private.CoreLib" or "System.Collections"
            or "System.Collections.Concurrent" or "System.Collections.Immutable" or "System.Collections.NonGeneric"
            or "System.Collections.Specialized" or "System.Data.Common" or "System.ObjectModel"
            or "System.Private.Xml" or "System.Text.RegularExpressions";

    /// <summary>
    /// Whether an object may be written to a pipe without anything running. Where no command reads it, it is kept, or
    /// belongs to somebody in another runspace.
    /// </summary>
    private static bool IsInertBelow(object? pipe, int depth)
    {
        while (pipe is not null)
        {
            if (depth-- == 0 || s_pipelineVariable.Of(pipe) is not null || s_outVariables.Of(pipe) is IList { Count: > 0 })
            {
                return false;
            }

            if (s_isNull.Of(pipe) is true)
            {
                return true;
            }

            if (s_stepped.Of(pipe) is { } processor)
            {
                // Redirection to a file.
                return s_commands.Of(processor) is IList { Count: > 0 } commands
                    && AllAreInert(commands, own: null)
                    && IsInertBelow(s_outputPipe.Of(s_runtime.Of(commands[^1]!)!), depth);
            }

            if (s_downstream.Of(pipe) is not { } next)
            {
                return true;
            }

            if (!IsInert(next, own: null))
            {
                return false;
            }

            // The last command of a function's pipeline writes to the pipe of the function itself.
            object runtime = s_command.Of(next) is IOutputRelay { Writer: { } writer }
                ? writer.CommandRuntime
                : s_runtime.Of(next)!;
            pipe = runtime.GetType() == s_processor.Owner ? s_outputPipe.Of(runtime) : null;
        }

        // A pipe that is not there is one that is not known.
        return false;
    }

    private static bool AllAreInert(IList commands, PSCmdlet? own)
    {
        foreach (object? command in commands)
        {
            if (!IsInert(command!, own))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsInert(object processor, PSCmdlet? own)
    {
        object command = s_command.Of(processor)!;
        if (ReferenceEquals(command, own))
        {
            return true;
        }

        if (!InertCommands.Include(s_info.Of(processor) as CommandInfo))
        {
            return false;
        }

        object runtime = s_runtime.Of(processor)!;
        foreach (HiddenMember variable in s_variables)
        {
            if (variable.Of(runtime) is string { Length: > 0 })
            {
                return false;
            }
        }

        return !HasScript(processor, command);
    }

    private static bool HasScript(object processor, object command)
    {
        // A script block for a parameter that takes objects from the pipeline is bound anew for each of them: until then
        // it is an argument only.
        foreach (object? argument in (IEnumerable?)s_arguments.Of(processor) ?? Array.Empty<object>())
        {
            if (ScriptArguments.IsOrHolds(s_argument.Of(argument!)))
            {
                return true;
            }
        }

        if (s_invocation.Of(command) is InvocationInfo invocation)
        {
            // Default values are here alone, and objects from the pipeline, which the command does not run.
            foreach ((string name, object? value) in invocation.BoundParameters)
            {
                if (name != PipedParameter && ScriptArguments.IsOrHolds(value))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static Type? TypeOf(string name) => typeof(PSObject).Assembly.GetType(name);
}
