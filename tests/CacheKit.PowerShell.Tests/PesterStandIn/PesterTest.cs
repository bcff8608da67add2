using System.Management.Automation;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>An It, once per item of its -ForEach.</summary>
public sealed class PesterTest : PesterItem
{
    private readonly List<string> _failures = [];
    private string? _skipReason;
    private bool _hasRun;

    public override bool IsSkipped => IsLeftOut;

    /// <summary>BeforeEach blocks, outermost first.</summary>
    public IEnumerable<ScriptBlock> Setups => Parent!.CollectHooks("BeforeEach");

    /// <summary>AfterEach blocks, innermost first.</summary>
    public IEnumerable<ScriptBlock> Teardowns => Parent!.CollectHooks("AfterEach").Reverse();

    /// <summary>How the test ended. One that was reached by no run has failed.</summary>
    public PesterResult Result
    {
        get
        {
            if (_failures.Count > 0)
            {
                return new PesterResult(PesterOutcome.Failed, string.Join(Environment.NewLine, _failures));
            }

            if (_skipReason is not null)
            {
                return new PesterResult(PesterOutcome.Skipped, _skipReason);
            }

            return _hasRun
                ? new PesterResult(PesterOutcome.Passed, "")
                : new PesterResult(PesterOutcome.Failed, "The test was not run.");
        }
    }

    public override void Run(TestDrive drive)
    {
        if (IsSkipped)
        {
            _skipReason = "-Skip";
            return;
        }

        PesterScopes.RunTest(this);
        _hasRun = true;
    }

    public override void Fail(ErrorRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.FullyQualifiedErrorId.StartsWith(SetItResultCommand.SkippedErrorId, StringComparison.Ordinal))
        {
            _skipReason = record.Exception.Message;
        }
        else
        {
            string[] lines = [record.ToString(), record.InvocationInfo?.PositionMessage ?? "", record.ScriptStackTrace];
            _failures.Add(string.Join(Environment.NewLine, lines));
        }
    }
}
