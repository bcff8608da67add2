using System.Globalization;
using System.Management.Automation;
using CacheKit.Host;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Out-String; the rendering itself is the engine's.</summary>
[Cmdlet(VerbsData.Out, "String")]
[OutputType(typeof(string))]
public sealed class OutStringCommand : FrontEndCommandBase
{
    private readonly StringWriter _writer = new(CultureInfo.CurrentCulture);

    [Parameter]
    public SwitchParameter Stream { get; set; }

    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    [Parameter]
    [ValidateRange(2, int.MaxValue)]
    public int Width { get; set; } = int.MaxValue;

    protected override void BeginProcessing()
    {
        EngineInternals.RenderTo(this, _writer, Width);
        base.BeginProcessing();
    }

    protected override void EndProcessing()
    {
        base.EndProcessing();
        string text = _writer.ToString();
        if (Stream)
        {
            string[] lines = text.Split(Environment.NewLine);
            WriteObject(lines[..^1], enumerateCollection: true);
        }
        else
        {
            WriteObject(NoNewline ? text.Replace(Environment.NewLine, "", StringComparison.Ordinal) : text);
        }
    }

    protected override void InternalDispose()
    {
        base.InternalDispose();
        _writer.Dispose();
    }
}
