using System.Management.Automation;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>Should.</summary>
[Cmdlet(VerbsLifecycle.Assert, "PesterShould")]
public sealed class AssertPesterShouldCommand : PSCmdlet
{
    private readonly List<object?> _input = [];

    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public object? ActualValue { get; set; }

    [Parameter(Position = 0)]
    [Alias("ExpectedMessage", "ExpectedType", "RegularExpression")]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public object? ExpectedValue { get; set; }

    [Parameter]
    public SwitchParameter Not { get; set; }

    [Parameter]
    public string Because { get; set; } = "";

    [Parameter]
    public string ErrorId { get; set; } = "";

    [Parameter]
    public Type? ExceptionType { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    [Parameter]
    [Alias("EQ")]
    public SwitchParameter Be { get; set; }

    [Parameter]
    [Alias("CEQ")]
    public SwitchParameter BeExactly { get; set; }

    [Parameter]
    public SwitchParameter BeTrue { get; set; }

    [Parameter]
    public SwitchParameter BeFalse { get; set; }

    [Parameter]
    public SwitchParameter BeNullOrEmpty { get; set; }

    [Parameter]
    [Alias("HaveType")]
    public SwitchParameter BeOfType { get; set; }

    [Parameter]
    [Alias("GT")]
    public SwitchParameter BeGreaterThan { get; set; }

    [Parameter]
    [Alias("GE")]
    public SwitchParameter BeGreaterOrEqual { get; set; }

    [Parameter]
    [Alias("LT")]
    public SwitchParameter BeLessThan { get; set; }

    [Parameter]
    [Alias("LE")]
    public SwitchParameter BeLessOrEqual { get; set; }

    [Parameter]
    public SwitchParameter BeLike { get; set; }

    [Parameter]
    public SwitchParameter BeLikeExactly { get; set; }

    [Parameter]
    public SwitchParameter Match { get; set; }

    [Parameter]
    [Alias("CMATCH")]
    public SwitchParameter MatchExactly { get; set; }

    [Parameter]
    public SwitchParameter Contain { get; set; }

    [Parameter]
    public SwitchParameter HaveCount { get; set; }

    [Parameter]
    public SwitchParameter Exist { get; set; }

    [Parameter]
    public SwitchParameter Throw { get; set; }

    [Parameter]
    public SwitchParameter BeIn { get; set; }

    protected override void ProcessRecord()
    {
        _input.Add(ActualValue);
    }

    protected override void EndProcessing()
    {
        string[] names = [.. MyInvocation.BoundParameters.Keys.Where(ShouldOperators.IsKnown)];
        if (names.Length != 1)
        {
            throw new PSArgumentException("Should needs exactly one operator.");
        }

        if (Throw)
        {
            AssertThrow();
        }
        else if (_input.Count == 0)
        {
            Assert(names[0], actual: null);
        }
        else if (ShouldOperators.TakesWholeInput(names[0]))
        {
            Assert(names[0], _input.ToArray());
        }
        else
        {
            _input.ForEach(actual => Assert(names[0], actual));
        }
    }

    private void Assert(string name, object? actual)
    {
        bool holds = ShouldOperators.Holds(name, actual, ExpectedValue, InvokeProvider);
        if (holds == Not)
        {
            // One value that was piped is shown as itself, although the operator saw a list of one.
            object? shown = actual is object?[] and [var single] ? single : actual;
            Fail($"{ShouldText.Describe(name, Not, ExpectedValue)}, but got {ShouldText.Format(shown)}.");
        }
    }

    private void AssertThrow()
    {
        if (_input is not [ScriptBlock or PSObject { BaseObject: ScriptBlock }])
        {
            throw new PSArgumentException("Input to -Throw must be a script block.");
        }

        ThrowExpectation expectation = new(LanguagePrimitives.ConvertTo<string>(ExpectedValue), ErrorId, ExceptionType);
        ErrorRecord? thrown = ThrowExpectation.Catch(LanguagePrimitives.ConvertTo<ScriptBlock>(_input[0]));
        string? difference = Not
            ? (thrown is null ? null : $"Expected no exception, but this was thrown: {thrown}")
            : expectation.Compare(thrown);
        if (difference is not null)
        {
            Fail(difference);
        }

        if (PassThru && thrown is not null)
        {
            WriteObject(thrown);
        }
    }

    private void Fail(string message)
    {
        string text = Because.Length == 0 ? message : $"{message} Because {Because}.";
        ThrowTerminatingError(new ErrorRecord(
            new PesterAssertionException(text), "PesterAssertionFailed", ErrorCategory.InvalidResult, ActualValue));
    }
}
