using CacheKit.HelpBuilder.Model;

namespace CacheKit.HelpBuilder.Reading;

/// <summary>Compares what a page says in SYNTAX with what it says in PARAMETERS.</summary>
internal static class ParameterChecks
{
    /// <summary>Reports every difference.</summary>
    /// <param name="syntax">The forms of SYNTAX.</param>
    /// <param name="parameters">The parameters, each with the line of its heading.</param>
    /// <param name="problems">Where differences go.</param>
    public static void Compare(
        IReadOnlyList<SyntaxForm> syntax,
        IReadOnlyList<(CommandParameter Parameter, int Line)> parameters,
        ProblemList problems)
    {
        foreach ((CommandParameter parameter, int line) in parameters)
        {
            CheckSetNames(parameter, line, syntax, problems);
            foreach (SyntaxForm form in syntax)
            {
                bool expected = parameter.In(form.SetName) is not null && !parameter.DontShow;
                if (expected && form.Parameters.All(shown => shown.Name != parameter.Name))
                {
                    problems.Add(line, $"parameter -{parameter.Name} is missing in the syntax of '{form.SetName}'");
                }
            }
        }

        foreach (SyntaxForm form in syntax)
        {
            foreach (SyntaxParameter shown in form.Parameters)
            {
                CommandParameter? parameter
                    = parameters.Select(item => item.Parameter).FirstOrDefault(item => item.Name == shown.Name);
                CheckShown(shown, parameter, form, problems);
            }
        }
    }

    private static void CheckSetNames(
        CommandParameter parameter,
        int line,
        IReadOnlyList<SyntaxForm> syntax,
        ProblemList problems)
    {
        foreach (ParameterInSet set in parameter.Sets)
        {
            if (set.Name.Length > 0 && set.Name != ParameterInSet.All && syntax.All(form => form.SetName != set.Name))
            {
                problems.Add(line, $"parameter -{parameter.Name} is said to be in '{set.Name}', which SYNTAX lacks");
            }
        }
    }

    private static void CheckShown(
        SyntaxParameter shown,
        CommandParameter? parameter,
        SyntaxForm form,
        ProblemList problems)
    {
        if (parameter?.In(form.SetName) is not { } set)
        {
            string where = parameter is null ? "section 'PARAMETERS'" : $"parameter set '{form.SetName}'";
            problems.Add(shown.Line, $"the syntax shows -{shown.Name}, which is not in {where}");
            return;
        }

        if (shown.IsRequired != set.IsRequired)
        {
            string need = shown.IsRequired ? "required" : "optional";
            problems.Add(shown.Line, $"the syntax shows -{shown.Name} as {need}, its yaml says otherwise");
        }

        if (shown.IsPositional != set.Position is not null)
        {
            string place = shown.IsPositional ? "positional" : "named";
            problems.Add(shown.Line, $"the syntax shows -{shown.Name} as {place}, its yaml says otherwise");
        }

        bool hasValue = shown.ValueName is not null;
        if (hasValue == parameter.IsSwitch)
        {
            string value = hasValue ? "with a value" : "without a value";
            problems.Add(shown.Line, $"the syntax shows -{shown.Name} {value}, but its type is {parameter.TypeName}");
        }
    }
}
