using System.Management.Automation;
using CacheKit.Core.Diagnostics;
using CacheKit.Execution;

namespace CacheKit.Commands;

/// <summary>
/// The base of every cmdlet: Ctrl+C reaches those who work for it, and what they throw becomes an error of the
/// catalogue.
/// </summary>
public abstract class CacheKitCommand : PSCmdlet, IDisposable
{
    private protected CacheKitCommand()
    {
        Context = new CommandContext(this);
    }

    /// <summary>What this cmdlet lends to those who work for it.</summary>
    private protected CommandContext Context { get; }

    /// <summary>What an error that names nothing else is about; never a secret.</summary>
    private protected virtual object? Subject => null;

    /// <inheritdoc/>
    protected sealed override void BeginProcessing() => Guard(Begin);

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Guard(Process);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Guard(End);

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => Context.Stop();

    /// <summary>Frees what was kept for the cmdlet.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what was kept for the cmdlet.</summary>
    /// <param name="disposing">True, since there are no finalizers.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Context.Dispose();
        }
    }

    /// <summary>Checks the parameters: what they say is an error before anything else happens.</summary>
    private protected virtual void Begin()
    {
    }

    /// <summary>Does the work for an object of the pipeline, or for none.</summary>
    private protected virtual void Process()
    {
    }

    /// <summary>Does what waits for the end of the pipeline.</summary>
    private protected virtual void End()
    {
    }

    /// <summary>Whether the user gave a parameter.</summary>
    /// <param name="parameter">Its name.</param>
    private protected bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>Whatever of the catalogue is thrown ends the command as its error.</summary>
    private void Guard(Action step)
    {
        try
        {
            step();
        }
        catch (CacheKitException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, failure.Target ?? Subject));
        }
    }
}
