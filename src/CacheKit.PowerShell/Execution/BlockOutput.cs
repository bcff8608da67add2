using System.Management.Automation;
using System.Runtime.ExceptionServices;

namespace CacheKit.Execution;

/// <summary>What a block wrote. Its other streams have been passed on, each record when it came.</summary>
/// <param name="cmdlet">The cmdlet that ran the block.</param>
internal class BlockOutput(PSCmdlet cmdlet)
{
    private readonly List<PSObject?> _items = [];
    private Exception? _end;
    private bool _hasErrors;

    /// <summary>The objects in order, errors among them.</summary>
    public IReadOnlyList<PSObject?> Items => _items;

    /// <summary>Whether it wrote an error, or an exception ended it.</summary>
    public bool HasFailed => _hasErrors || _end is not null;

    /// <summary>Whether it was a failure that ended it, and not <c>break</c>, <c>continue</c> or <c>exit</c>.</summary>
    public bool HasFailure => _hasErrors || _end is RuntimeException;

    /// <summary>What went wrong first, without a secret that only the block knows: the text of its own error.</summary>
    public string? FailureText =>
        _items.Select(item => item?.BaseObject).OfType<ErrorRecord>().FirstOrDefault()?.ToString()
        ?? (_end as RuntimeException)?.ErrorRecord.ToString();

    /// <summary>The cmdlet that writes each object at once; null where all are kept until the block has ended.</summary>
    public virtual PSCmdlet? Writer => null;

    /// <summary>Takes what the block wrote to any of the merged streams.</summary>
    /// <param name="item">The object.</param>
    public virtual void Take(PSObject? item)
    {
        switch (item?.BaseObject)
        {
            case WarningRecord warning:
                cmdlet.WriteWarning(warning.Message);
                break;
            case InformationRecord information:
                cmdlet.WriteInformation(information);
                break;
            case ErrorRecord error when ErrorStream.IsFromNativeCommand(error):
                ErrorStream.WriteNative(cmdlet, error);
                break;
            default:
                _hasErrors = _hasErrors || item?.BaseObject is ErrorRecord;
                Keep(item);
                break;
        }
    }

    /// <summary>
    /// Notes the exception that ended the block; <see cref="Write()"/> throws it after what came before.
    /// </summary>
    /// <param name="exception">The exception.</param>
    public void EndWith(Exception exception) => _end = exception;

    /// <summary>Runs the script block of a TTL on the output as <c>$_</c>.</summary>
    /// <param name="script">The script block.</param>
    /// <param name="lifetime">The duration that it gave, of any sign.</param>
    /// <returns>Whether it gave a duration within bounds.</returns>
    public bool TryComputeTtl(ScriptBlock script, out TimeSpan lifetime)
    {
        object? result = _items.Count == 1 ? _items[0] : _items.ToArray();
        PSObject? answer = script.InvokeWithContext(null, [new PSVariable("_", result)]).LastOrDefault();
        return Ttl.TryReadDuration(answer?.BaseObject, out lifetime) && lifetime <= Ttl.Longest;
    }

    /// <summary>
    /// Writes the output where it belongs: errors under the cmdlet's -ErrorAction, objects as they came.
    /// </summary>
    public void Write()
    {
        foreach (PSObject? item in _items)
        {
            Write(item);
        }

        if (_end is not null)
        {
            ExceptionDispatchInfo.Throw(_end);
        }
    }

    /// <summary>Takes an object, or an error, that is to come out.</summary>
    /// <param name="item">The object.</param>
    protected virtual void Keep(PSObject? item) => _items.Add(item);

    /// <summary>Writes an object, or an error, where it belongs.</summary>
    /// <param name="item">The object.</param>
    protected void Write(PSObject? item)
    {
        if (item?.BaseObject is ErrorRecord error)
        {
            ErrorStream.Write(cmdlet, error);
        }
        else
        {
            cmdlet.WriteObject(item);
        }
    }
}
