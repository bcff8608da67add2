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

    /// <summary>What an error is about that names nothing else; never a secret.</summary>
    private protected object? Subject { get; set; }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing() => Run(Step.Begin);

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Run(Step.Process);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Run(Step.End);

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
    private protected bool IsGiven(string parameter) => Context.IsGiven(parameter);

    /// <summary>Whatever of the catalogue is thrown ends the command as its error.</summary>
    private void Run(Step step)
    {
        try
        {
            switch (step)
            {
                case Step.Begin:
                    Begin();
                    break;
                case Step.Process:
                    Process();
                    break;
                default:
                    End();
                    break;
            }
        }
        catch (CacheKitException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, Subject));
        }
    }

    private enum Step
    {
        Begin,
        Process,
        End,
    }
}
