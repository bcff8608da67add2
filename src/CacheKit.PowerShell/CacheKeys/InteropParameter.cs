using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using CacheKit.Core.Diagnostics;

namespace CacheKit.CacheKeys;

/// <summary>A parameter that a block declares.</summary>
internal sealed class InteropParameter
{
    private readonly Type _type;
    private readonly Type? _truthType;
    private readonly bool _isSwitch;
    private readonly bool _hasDefault;
    private readonly object? _default;
    private readonly bool _isDefaultConstant;

    /// <summary>Reads a declaration.</summary>
    /// <param name="parameter">Its syntax tree.</param>
    public InteropParameter(ParameterAst parameter)
    {
        Display = $"${parameter.Name.VariablePath.UserPath}";
        _type = parameter.StaticType;
        Type itemType = _type.GetElementType() ?? _type;
        _truthType = itemType == typeof(bool) || itemType == typeof(bool?) ? itemType : null;
        _isSwitch = _type == typeof(SwitchParameter);
        AttributeAst[] attributes =
        [
            .. parameter.Attributes.OfType<AttributeAst>()
                .Where(each => each.TypeName.GetReflectionAttributeType() == typeof(ParameterAttribute)),
        ];
        TakesRest = IsSet(attributes, nameof(ParameterAttribute.ValueFromRemainingArguments));
        TakesInput = IsSet(attributes, nameof(ParameterAttribute.ValueFromPipeline));
        HasOwnPosition = Array.Exists(attributes, each => Find(each, nameof(ParameterAttribute.Position)) is not null);
        _hasDefault = parameter.DefaultValue is not null;
        _isDefaultConstant = _isSwitch && !_hasDefault;
        if (parameter.DefaultValue is { } expression)
        {
            try
            {
                _default = expression.SafeGetValue();
                _isDefaultConstant = true;
            }
            catch (InvalidOperationException)
            {
                // Its value is known only when the block runs.
            }
        }
    }

    /// <summary>How a script writes it, such as <c>$id</c>.</summary>
    public string Display { get; }

    /// <summary>Whether it takes the input object.</summary>
    public bool TakesInput { get; }

    /// <summary>Whether it takes the arguments that no other parameter takes.</summary>
    public bool TakesRest { get; }

    /// <summary>Whether its position is another than that of its declaration, perhaps.</summary>
    public bool HasOwnPosition { get; }

    /// <summary>Takes its value out of the arguments of a call.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="next">The first one that has not been taken; counted on.</param>
    /// <param name="input">The input object in an array, or null for none.</param>
    /// <exception cref="CacheKitException">There is none, or it cannot be converted.</exception>
    public object? Bind(object?[] arguments, ref int next, object?[]? input)
    {
        if (TakesInput && input is not null)
        {
            return Convert(input[0]);
        }

        if (TakesRest)
        {
            object?[] rest = arguments[next..];
            next = arguments.Length;
            // As PowerShell does: one array is the rest itself.
            rest = rest is [object?[] only] ? only : rest;
            return _type.IsArray ? Convert(rest) : rest;
        }

        return !_isSwitch && next < arguments.Length ? Convert(arguments[next++]) : Default();
    }

    private object? Default()
    {
        if (_isDefaultConstant)
        {
            return _hasDefault ? Convert(_default) : false;
        }

        throw new CacheKitException(
            ErrorIds.InteropArgumentMissing,
            _hasDefault
                ? $"The default of {Display} is known only when the block runs, so that no other language can know it."
                : $"There is no argument for {Display}, which has no default.",
            "Give it with -ArgumentList ($null, if that is meant), or declare a constant default.");
    }

    private object? Convert(object? value)
    {
        if (_type == typeof(object) || _isSwitch)
        {
            return value is SwitchParameter flag ? flag.IsPresent : value;
        }

        if (_truthType is not null && !Items(value).All(IsTruth))
        {
            throw new CacheKitException(
                ErrorIds.InteropArgumentInvalid,
                $"The argument for {Display} cannot be made a {_type}, as the block declares it.",
                "Give $true, $false or a number: PowerShell binds no text to a [bool]: 'False' would be true.");
        }

        return LanguagePrimitives.TryConvertTo(value, _type, CultureInfo.InvariantCulture, out object? converted)
            ? converted
            : throw new CacheKitException(
                ErrorIds.InteropArgumentInvalid,
                $"The argument for {Display} cannot be made a {_type}, as the block declares it.",
                "Give another argument.");
    }

    private IEnumerable<object?> Items(object? value) =>
        (_type.IsArray ? LanguagePrimitives.GetEnumerable(value)?.Cast<object?>() : null) ?? [value];

    /// <summary>Whether PowerShell binds it to a boolean parameter; a conversion would take text, too.</summary>
    private bool IsTruth(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => _truthType != typeof(bool),
        SwitchParameter => true,
        object bare => Type.GetTypeCode(bare.GetType())
            is TypeCode.Boolean or (>= TypeCode.SByte and <= TypeCode.Decimal),
    };

    private static bool IsSet(AttributeAst[] attributes, string name) =>
        Array.Exists(attributes, attribute => Find(attribute, name) is { } argument
            && (argument.ExpressionOmitted || IsTrue(argument.Argument)));

    private static NamedAttributeArgumentAst? Find(AttributeAst attribute, string name) => attribute.NamedArguments
        .FirstOrDefault(each => each.ArgumentName.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Attributes take constants alone; of variables those are $true and $false.</summary>
    private static bool IsTrue(ExpressionAst expression) =>
        expression is VariableExpressionAst { VariablePath.UserPath: { } name }
            ? name.Equals("true", StringComparison.OrdinalIgnoreCase)
            : LanguagePrimitives.IsTrue(expression.SafeGetValue());
}
