using System.Globalization;
using System.Management.Automation.Host;

namespace CacheKit.Host;

/// <summary>The host that a script sees as <c>$Host</c>.</summary>
public sealed class HostSession : PSHost
{
    /// <summary>Creates a host that shows what a script writes on the console given.</summary>
    public HostSession(ScriptConsole console)
    {
        UI = console ?? throw new ArgumentNullException(nameof(console));
    }

    /// <summary>The code given to <c>exit</c>, or null when the script ran to its end.</summary>
    public int? ExitCode { get; private set; }

    /// <inheritdoc/>
    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;

    /// <inheritdoc/>
    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;

    /// <inheritdoc/>
    public override Guid InstanceId { get; } = Guid.NewGuid();

    /// <inheritdoc/>
    public override string Name => "CacheKit.Host";

    /// <inheritdoc/>
    public override PSHostUserInterface UI { get; }

    /// <inheritdoc/>
    public override Version Version { get; } = typeof(HostSession).Assembly.GetName().Version!;

    /// <inheritdoc/>
    public override void EnterNestedPrompt()
    {
        throw new HostException("This host has no prompt to nest.");
    }

    /// <inheritdoc/>
    public override void ExitNestedPrompt()
    {
        throw new HostException("This host has no prompt to leave.");
    }

    /// <inheritdoc/>
    public override void NotifyBeginApplication()
    {
        // The console needs no preparation for a native command.
    }

    /// <inheritdoc/>
    public override void NotifyEndApplication()
    {
        // A native command leaves nothing to restore.
    }

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode)
    {
        ExitCode = exitCode;
    }
}
