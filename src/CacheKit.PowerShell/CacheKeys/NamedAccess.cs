using System.Management.Automation;
using System.Management.Automation.Language;
using static CacheKit.CacheKeys.CommandNames;

namespace CacheKit.CacheKeys;

/// <summary>
/// What a block reaches by a name rather than as a variable: by commands, methods, paths such as <c>env:X</c>, and code
/// that is written as text. A name that is written out is read; where it is computed, no key can be derived.
/// </summary>
/// <param name="walk">The walk through the block.</param>
internal sealed class NamedAccess(DependencyFinder walk)
{
    /// <summary>What <c>$MyInvocation</c> says of how a function was called, not of where that is written.</summary>
    private static readonly HashSet<string> s_callOnly = new(StringComparer.OrdinalIgnoreCase)
    {
        "BoundParameters", "UnboundArguments", "ExpectingInput", "MyCommand", "InvocationName", "PipelineLength",
        "PipelinePosition",
    };

    /// <summary>Methods and properties that give variables, or run text: known where they are called as such.</summary>
    private static readonly HashSet<string> s_sensitive = new(StringComparer.OrdinalIgnoreCase)
    {
        "PSVariable", "GetVariableValue", "GetEnvironmentVariable", "GetEnvironmentVariables",
        "ExpandEnvironmentVariables", "EnvironmentVariables", "InvokeProvider", "InvokeScript", "NewScriptBlock",
        "NewBoundScriptBlock", "ExpandString", "CurrentRunspace", "ExportedVariables",
    };

    private readonly List<KnownValue> _paths = [];
    private readonly List<KnownValue> _types = [];
    private readonly HashSet<VariableName> _resolving = [];
    private Ast? _computedPath;
    private Ast? _readerByName;
    private Ast? _environmentOf;
    private Ast? _module;
    private bool _invokes;

    /// <summary>The paths of items that it reads, as far as they are known before it runs.</summary>
    public IReadOnlyList<KnownValue> Paths => _paths;

    /// <summary>The names of types that it uses, as far as they are known before.</summary>
    public IReadOnlyList<KnownValue> TypeNames => _types;

    /// <summary>What it uses names for that are not written out.</summary>
    public NameUses Uses { get; private set; }

    /// <summary>Whether it sets by name what happens to errors.</summary>
    public bool SilencesByName { get; private set; }

    /// <summary>Refuses what only the whole block shows.</summary>
    public void Complete()
    {
        if (_computedPath is not null && Uses.HasFlag(NameUses.ComputedItem))
        {
            walk.Refuse("computes the path of a variable", _computedPath);
        }

        if (_environmentOf is not null && walk.Names("ProcessStartInfo"))
        {
            walk.Refuse("reads environment variables whose names are not written out", _environmentOf);
        }

        if (_module is not null && (_invokes || Uses.HasFlag(NameUses.ComputedCommand)))
        {
            walk.Refuse("may run code inside a module", _module);
        }

        if (_readerByName is not null && Uses.HasFlag(NameUses.ComputedCommand))
        {
            walk.Refuse("computes the name of a command that reads variables or runs code", _readerByName);
        }
    }

    /// <summary>A constant such as env:X counts as a read wherever it stands.</summary>
    public void VisitText(StringConstantExpressionAst text)
    {
        bool isNeverUsed = text.Parent is HashtableAst or IndexExpressionAst
            || (text.Parent is MemberExpressionAst member && member.Member == text)
            || (text.Parent is CommandAst writer && (Writes(writer) || IsPattern(writer, text)));
        bool isCalled = text.Parent is CommandAst command && command.CommandElements[0] == text;
        if (!isCalled && !isNeverUsed)
        {
            VisitPiece(text);
        }

        // Set-Variable ErrorActionPreference ...: from then on any assignment may fail, and nobody hears of it.
        if (text.Value.EndsWith(DependencyFinder.Preference, StringComparison.OrdinalIgnoreCase))
        {
            SilencesByName = true;
        }

        if (!NamedPath.TryRead(text.Value, out VariableName? name))
        {
            return;
        }

        if (NamedPath.IsPlain(name.Value))
        {
            walk.Read(name.Value, text);
        }
        else if (!isNeverUsed)
        {
            _computedPath ??= text;
        }
    }

    /// <summary>Whether text is what a command looks for or writes, and no part of a path.</summary>
    private static bool IsPattern(CommandAst command, StringConstantExpressionAst text) =>
        ArgumentsOf(command).Any(argument => argument.Value == text
            && IsOneOf(argument.Parameter, "Pattern", "Filter", "Include", "Exclude", "Value", "Property", "Encoding"));

    /// <summary>Text may be a part of a name or a path that the block computes.</summary>
    private void VisitPiece(StringConstantExpressionAst text)
    {
        // One that is used as it stands is read where it stands.
        bool isWhole = text.Parent is CommandAst or CommandExpressionAst or CommandParameterAst or ArrayLiteralAst;
        if (NamedPath.IsPiece(text.Value) || (!isWhole && NamedPath.IsBegun(text.Value)))
        {
            _computedPath ??= text;
        }

        if (IsPieceOfReader(text.Value))
        {
            _readerByName ??= text;
        }

        if (s_sensitive.Contains(text.Value))
        {
            walk.Refuse("names what reads variables or runs code", text);
        }
    }

    /// <summary>Visits text with variables in it.</summary>
    /// <param name="text">The text.</param>
    public void VisitExpandable(ExpandableStringExpressionAst text)
    {
        walk.VisitChildren(text);
        if (NamedPath.IsBegun(text.Value) && !(text.Parent is CommandAst command && Writes(command)))
        {
            _computedPath ??= text;
        }
    }

    /// <summary>Visits a command.</summary>
    /// <param name="command">The command.</param>
    public void VisitCommand(CommandAst command)
    {
        VisitCalled(command);
        walk.VisitElements(command);
        switch (NameOf(command).ToUpperInvariant())
        {
            case "GET-VARIABLE":
                VisitGetVariable(command);
                break;
            case "INVOKE-EXPRESSION":
                VisitInvokeExpression(command);
                break;
            case "SET-ALIAS" or "NEW-ALIAS":
                // From then on a name may be that of another command.
                walk.DefineCommands();
                Uses |= NameUses.ComputedCommand;
                break;
            case "START-JOB" or "START-THREADJOB" or "INVOKE-COMMAND":
                VisitFile(command, "FilePath");
                break;
            case "IMPORT-MODULE":
                VisitFile(command, "Name");
                _module ??= command.CommandElements.Any(static element => element is CommandParameterAst parameter
                    && IsOneOf(parameter.ParameterName, "PassThru", "AsCustomObject")) ? command : null;
                break;
            case "GET-MODULE" or "NEW-MODULE":
                _module ??= command;
                break;
            case "FOREACH-OBJECT":
                _invokes |= ArgumentsOf(command).Any(static argument =>
                    argument.Value is StringConstantExpressionAst { Value: var name }
                    && name.StartsWith("Invoke", StringComparison.OrdinalIgnoreCase));
                break;
            case "NEW-OBJECT":
                ExpressionAst? type = ArgumentsOf(command).FirstOrDefault(static argument => argument.Parameter is null
                    || "TypeName".StartsWith(argument.Parameter, StringComparison.OrdinalIgnoreCase)).Value;
                UseTypeNamed(type, isStatic: false);
                break;
            default:
                if (ReadsItems(command))
                {
                    VisitItems(command);
                }

                break;
        }
    }

    /// <summary>
    /// What a command calls: a script file counts by its content, code that cannot be known is refused.
    /// </summary>
    private void VisitCalled(CommandAst command)
    {
        if (command.CommandElements[0] is not ExpressionAst called)
        {
            return;
        }

        bool isDotSourced = command.InvocationOperator == TokenKind.Dot;
        ExpressionAst operand = Inner(called);
        if (operand is StringConstantExpressionAst or ScriptBlockExpressionAst)
        {
            if (operand is StringConstantExpressionAst { Value: var text } && ScriptReference.MayName(text))
            {
                if (WildcardPattern.ContainsWildcardCharacters(text))
                {
                    walk.Refuse("calls a script file by a pattern", command);
                }

                walk.Use(new ScriptReference(Known(operand), isDotSourced));
            }

            return;
        }

        if (operand.Find(static node => node is CommandAst inner
            && Is(inner, "Get-Module", "Import-Module", "New-Module"), false) is not null)
        {
            walk.Refuse("runs code inside a module", command);
        }
        else if (IsKnownBefore(operand))
        {
            walk.Use(new ScriptReference(Known(operand), isDotSourced));
            return;
        }
        else if (IsOwnBlock(operand))
        {
            return;
        }

        Uses |= NameUses.ComputedCommand;
        if (isDotSourced)
        {
            walk.Refuse("dot-sources what it computes", command);
        }
        else if (command.CommandElements.Skip(1).Any(static element => element is ScriptBlockExpressionAst))
        {
            // & $module { ... }
            walk.Refuse("hands a block to a command that it computes, which may run it inside a module", command);
        }
    }

    /// <summary>A value that is known before, with what the block itself assigned to its variables.</summary>
    private KnownValue Known(ExpressionAst expression) => KnownValue.Of(expression, walk.OnlyValueOf);

    /// <summary>Notes a type that is named by a text.</summary>
    /// <param name="name">The text, or null.</param>
    /// <param name="isStatic">Whether it is more than what an object is made of.</param>
    public void UseTypeNamed(ExpressionAst? name, bool isStatic)
    {
        if (name is StringConstantExpressionAst text)
        {
            walk.Use(new TypeUse(new TypeName(text.Extent, text.Value), isStatic, text.Extent));
        }
        else if (name is not null && IsKnownBefore(name))
        {
            _types.Add(Known(name));
        }
    }

    /// <summary>Script files that a command runs by a parameter.</summary>
    private void VisitFile(CommandAst command, string parameter)
    {
        foreach ((string? name, ExpressionAst value) in ArgumentsOf(command))
        {
            bool isFile = (name is { Length: > 0 } && parameter.StartsWith(name, StringComparison.OrdinalIgnoreCase))
                || (name is null && parameter == "Name");
            if (isFile && IsKnownBefore(value))
            {
                walk.Use(new ScriptReference(Known(value), false));
            }
        }
    }

    private static ExpressionAst Inner(ExpressionAst expression) =>
        expression is ParenExpressionAst { Pipeline: PipelineAst pipeline } && pipeline.GetPureExpression() is { } inner
            ? Inner(inner)
            : expression;

    /// <summary>
    /// Whether an expression has a value that can be computed before the block runs, without running anything of it:
    /// text, free variables, and paths joined of them.
    /// </summary>
    private bool IsKnownBefore(Ast? node) => node switch
    {
        StringConstantExpressionAst => true,
        VariableExpressionAst variable => VariableName.Of(variable.VariablePath) is { } name
            && name.Kind != FreeVariableKind.Using
            && !name.Equals(DependencyFinder.CurrentItemName)
            && !DependencyFinder.IsBound(name.Name)
            && !variable.Splatted
            && (!walk.Assigns(name) || IsAssignedKnown(name)),
        ExpandableStringExpressionAst text => text.NestedExpressions.All(IsKnownBefore),
        ParenExpressionAst paren => IsKnownBefore(paren.Pipeline),
        SubExpressionAst { SubExpression: { Traps: null or { Count: 0 }, Statements: [var only] } } =>
            IsKnownBefore(only),
        PipelineAst { PipelineElements: [var only] } => IsKnownBefore(only),
        CommandExpressionAst expression => expression.Redirections.Count == 0 && IsKnownBefore(expression.Expression),
        BinaryExpressionAst { Operator: TokenKind.Plus } sum => IsKnownBefore(sum.Left) && IsKnownBefore(sum.Right),
        // Text of text: these two look at no file without -Resolve.
        CommandAst command => Is(command, "Join-Path", "Split-Path")
            && command.Redirections.Count == 0
            && !command.CommandElements.Any(static element =>
                element is CommandParameterAst parameter && IsOneOf(parameter.ParameterName, "Resolve"))
            && ArgumentsOf(command).All(argument => IsKnownBefore(argument.Value)),
        _ => false,
    };

    /// <summary>Whether the one value that the block assigns to a variable is known before.</summary>
    private bool IsAssignedKnown(VariableName name)
    {
        // $p = "$p/x" is known by nothing but itself.
        if (!_resolving.Add(name))
        {
            return false;
        }

        bool isKnown = IsKnownBefore(walk.OnlyValueOf(name));
        _resolving.Remove(name);
        return isKnown;
    }

    /// <summary>Whether a variable holds nothing but blocks that are written in this one.</summary>
    private bool IsOwnBlock(ExpressionAst operand) =>
        operand is VariableExpressionAst variable
        && VariableName.Of(variable.VariablePath) is { } name
        && walk.IsAssigned(name)
        && walk.HoldsOwnBlock(name);

    private void VisitGetVariable(CommandAst command)
    {
        bool hasNames = false;
        string scope = string.Empty;
        List<string> names = [];
        foreach ((string? parameter, ExpressionAst value) in ArgumentsOf(command))
        {
            if (parameter is null || "Name".StartsWith(parameter, StringComparison.OrdinalIgnoreCase))
            {
                hasNames = true;
                if (!TryReadTexts(value, names) || names.Any(WildcardPattern.ContainsWildcardCharacters))
                {
                    walk.Refuse("computes the name of a variable", command);
                    return;
                }
            }
            else if ("Scope".StartsWith(parameter, StringComparison.OrdinalIgnoreCase))
            {
                string? text = (value as StringConstantExpressionAst)?.Value
                    ?? (value as ConstantExpressionAst)?.Value?.ToString();
                if (string.IsNullOrEmpty(text) || (char.IsAsciiDigit(text[0]) && text != "0"))
                {
                    walk.Refuse("reads a variable of a scope that it counts", command);
                    return;
                }

                scope = text is "0" ? "local:" : $"{text}:";
            }
        }

        if (!hasNames || ArgumentsOf(command).Any(static argument =>
            argument.Value is VariableExpressionAst { Splatted: true }))
        {
            walk.Refuse("computes the name of a variable", command);
        }

        foreach (string name in names.Where(static name => name.Length > 0))
        {
            walk.Read(new VariablePath(name.Contains(':', StringComparison.Ordinal) ? name : scope + name), command);
        }
    }

    private void VisitInvokeExpression(CommandAst command)
    {
        List<string> texts = [];
        ExpressionAst? code = ArgumentsOf(command)
            .Where(static argument => argument.Parameter is null
                || "Command".StartsWith(argument.Parameter, StringComparison.OrdinalIgnoreCase))
            .Select(static argument => argument.Value)
            .FirstOrDefault();
        if (code is null
            && command.Parent is PipelineAst { PipelineElements: [CommandExpressionAst fed, var second, ..] }
            && second == command)
        {
            code = fed.Expression;
        }

        if (code is null || !TryReadTexts(code, texts))
        {
            walk.Refuse("runs code that it computes", command);
            return;
        }

        foreach (string text in texts)
        {
            VisitCode(text, command, runsThere: true);
        }
    }

    /// <summary>Code that is written as text counts as if it were written as code.</summary>
    private void VisitCode(string text, Ast place, bool runsThere)
    {
        Dependencies inner = DependencyFinder.Find(Parser.ParseInput(text, out _, out _));
        _paths.AddRange(inner.Paths);
        _types.AddRange(inner.TypeNames);
        Uses |= inner.Uses;
        walk.Include(inner, place, runsThere);
    }

    private void VisitItems(CommandAst command)
    {
        foreach ((_, ExpressionAst value) in ArgumentsOf(command))
        {
            foreach (Ast node in value.FindAll(static node => node is StringConstantExpressionAst, false))
            {
                string text = ((StringConstantExpressionAst)node).Value;
                if (NamedPath.NamesCommand(text))
                {
                    walk.Refuse("reads the definition of a function or an alias", command);
                }
                else if (NamedPath.TryRead(text, out VariableName? name) && !NamedPath.IsPlain(name.Value))
                {
                    walk.Refuse("reads variables whose names are not written out", command);
                }
            }

            VisitItemPath(value, command);
        }

        Uses |= IsFed(command) ? NameUses.Item | NameUses.ComputedItem : NameUses.None;
        if (Is(command, "New-PSDrive") && !ArgumentsOf(command).Any(static argument =>
            argument.Value is StringConstantExpressionAst { Value: var provider }
            && IsOneOf(provider, "FileSystem", "Registry")))
        {
            walk.Refuse("makes a drive that may show variables", command);
        }
    }

    /// <summary>What an argument may name: every one of them counts as a path.</summary>
    private void VisitItemPath(ExpressionAst value, CommandAst command)
    {
        switch (value)
        {
            case StringConstantExpressionAst constant:
                // It may be on a drive that is the user's own: x:NAME.
                bool isElsewhere = constant.Value.Contains(':', StringComparison.Ordinal)
                    && !NamedPath.IsBegun(constant.Value);
                Uses |= isElsewhere ? NameUses.Item : NameUses.None;
                break;
            case ConstantExpressionAst or ScriptBlockExpressionAst:
                break;
            case ArrayLiteralAst several:
                foreach (ExpressionAst element in several.Elements)
                {
                    VisitItemPath(element, command);
                }

                break;
            default:
                Uses |= NameUses.Item;
                if (value is ExpandableStringExpressionAst text && NamedPath.IsBegun(text.Value))
                {
                    walk.Refuse("computes the path of a variable", command);
                }
                else if (!IsKnownBefore(value))
                {
                    Uses |= NameUses.ComputedItem;
                }
                else if (Known(value) is var known && NamedPath.MayBegin(known.Prefix))
                {
                    _paths.Add(known);
                }

                break;
        }
    }

    /// <summary>Visits the call of a method.</summary>
    /// <param name="call">The call.</param>
    public void VisitCall(InvokeMemberExpressionAst call)
    {
        string? member = (call.Member as StringConstantExpressionAst)?.Value;
        ExpressionAst? argument = call.Arguments?.FirstOrDefault();
        string? text = (argument as StringConstantExpressionAst)?.Value;
        if (IsVariableTable(call.Expression))
        {
            VisitArguments(call);
            if (text is null || member is null)
            {
                walk.Refuse("computes the name of a variable", call);
            }
            else if (member.StartsWith("Get", StringComparison.OrdinalIgnoreCase))
            {
                ReadNamed(text, call);
            }

            return;
        }

        if (IsOneOf(member, "GetVariableValue"))
        {
            VisitArguments(call);
            if (text is null)
            {
                walk.Refuse("computes the name of a variable", call);
                return;
            }

            ReadNamed(text, call);
            return;
        }

        if (IsOneOf(member, "Clear") && call.Expression is VariableExpressionAst variable
            && VariableName.Of(variable.VariablePath) is { } name && name.Equals(DependencyFinder.ErrorName))
        {
            walk.Assign(DependencyFinder.ErrorName);
            return;
        }

        _invokes |= member?.StartsWith("Invoke", StringComparison.OrdinalIgnoreCase) == true
            && call.Expression is not ScriptBlockExpressionAst;
        walk.VisitChildren(call);
        if (member is null)
        {
            if (call.Static)
            {
                walk.Refuse("calls a method whose name it computes", call);
            }
        }
        else if (IsOneOf(member, "GetEnvironmentVariable"))
        {
            ReadEnvironment(call, text is null ? null : [text]);
        }
        else if (IsOneOf(member, "GetEnvironmentVariables"))
        {
            ReadEnvironment(call, null);
        }
        else if (IsOneOf(member, "ExpandEnvironmentVariables"))
        {
            ReadEnvironment(
                call, text?.Split('%').Where(static name => name.Length > 0).ToArray());
        }
        else if (IsOneOf(member, "InvokeScript", "NewScriptBlock", "ExpandString", "GetScriptBlock", "AddScript")
            || (IsOneOf(member, "Create") && call is { Static: true, Expression: var target }
                && (target is not TypeExpressionAst type || IsNamed(type.TypeName, "ScriptBlock"))))
        {
            // AddScript runs it elsewhere, where it sees no variable of the block's.
            bool isKnown = argument is ScriptBlockExpressionAst
                || (IsOneOf(member, "AddScript") && IsKnownBefore(argument));
            if (text is null && !isKnown)
            {
                walk.Refuse("runs code that it computes", call);
            }
            else if (text is not null)
            {
                VisitCode(
                    IsOneOf(member, "ExpandString")
                        ? $"\"{text.Replace("\"", "`\"", StringComparison.Ordinal)}\""
                        : text,
                    call,
                    runsThere: IsOneOf(member, "ExpandString", "InvokeScript"));
            }
        }
        else if (IsOneOf(member, "NewBoundScriptBlock"))
        {
            walk.Refuse("runs code inside a module", call);
        }
        else if (IsOneOf(member, "Create")
            && call is { Static: true, Expression: TypeExpressionAst { TypeName: var shell }, Arguments.Count: > 0 }
            && IsNamed(shell, "PowerShell"))
        {
            walk.Refuse("runs code in a shell that may see its variables", call);
        }
    }

    private void ReadNamed(string name, Ast place)
    {
        // No variable has no name: such a call is an error.
        if (name.Length > 0)
        {
            walk.Read(new VariablePath(name), place);
        }
    }

    private void VisitArguments(InvokeMemberExpressionAst call)
    {
        foreach (ExpressionAst argument in call.Arguments ?? Enumerable.Empty<ExpressionAst>())
        {
            walk.Visit(argument);
        }
    }

    private void ReadEnvironment(InvokeMemberExpressionAst call, string[]? names)
    {
        if (names is null)
        {
            walk.Refuse("reads environment variables whose names are not written out", call);
        }

        foreach (string name in names ?? [])
        {
            walk.Read(new VariableName(FreeVariableKind.Environment, name), call);
        }
    }

    /// <summary><c>$ExecutionContext.SessionState.PSVariable</c>, and the same of <c>$PSCmdlet</c>.</summary>
    private static bool IsVariableTable(ExpressionAst expression) =>
        expression is MemberExpressionAst
        {
            Member: StringConstantExpressionAst { Value: var table },
            Expression: MemberExpressionAst
            {
                Member: StringConstantExpressionAst { Value: var state },
                Expression: VariableExpressionAst { VariablePath.UserPath: var root },
            },
        }
        && IsOneOf(table, "PSVariable")
        && IsOneOf(state, "SessionState")
        && IsOneOf(root, "ExecutionContext", "PSCmdlet");

    public void VisitMember(MemberExpressionAst member)
    {
        string? name = (member.Member as StringConstantExpressionAst)?.Value;
        if (walk.IsInFunction && name is not null && s_callOnly.Contains(name)
            && member.Expression is VariableExpressionAst { VariablePath.UserPath: var variable }
            && IsOneOf(variable, "MyInvocation"))
        {
            return;
        }

        // What a variable is beside its value.
        if (IsOneOf(name, "Options", "Attributes", "Description", "Visibility")
            && member.Expression.Find(
                static node => (node is CommandAst command && Is(command, "Get-Variable"))
                    || (node is InvokeMemberExpressionAst call && IsVariableTable(call.Expression)),
                false) is not null)
        {
            walk.Refuse("reads more of a variable than its value", member);
            return;
        }

        if (IsOneOf(name, "Module", "NestedModules"))
        {
            _module ??= member;
        }

        // A property of the engine that is read other than as known above, or a method that is passed on.
        if (name is not null && (s_sensitive.Contains(name)
            || (IsOneOf(name, "SessionState") && IsEngine(member.Expression))
            || (IsOneOf(name, "Create") && member is { Static: true, Expression: TypeExpressionAst type }
                && IsNamed(type.TypeName, "ScriptBlock"))))
        {
            walk.Refuse("reads variables or runs code by other means than a call", member);
            return;
        }

        if (IsOneOf(name, "Environment"))
        {
            _environmentOf ??= member;
        }

        walk.VisitChildren(member);
    }

    private static bool IsEngine(ExpressionAst expression) =>
        expression is not VariableExpressionAst { VariablePath.UserPath: var name }
        || IsOneOf(name, "PSCmdlet", "ExecutionContext");

    /// <summary>Whether text may be a part of the name of a command that reads variables or runs text.</summary>
    private static bool IsPieceOfReader(string text) =>
        ReadsByName(text)
        || IsOneOf(text, "Variable", "Expression")
        || (text.Contains('-', StringComparison.Ordinal) && text.EndsWith("Variable", StringComparison.OrdinalIgnoreCase))
        || text.Contains("Invoke-Expr", StringComparison.OrdinalIgnoreCase);

    private static bool IsNamed(ITypeName type, string name) =>
        type.Name.EndsWith(name, StringComparison.OrdinalIgnoreCase);

}
