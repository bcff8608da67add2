using System.Management.Automation.Host;

namespace CacheKit.Host;

/// <summary>The part of a screen that formatting asks for: how wide a line may be. Nothing can be drawn.</summary>
internal sealed class ScriptConsoleSize : PSHostRawUserInterface
{
    private static readonly Size s_lines = new(120, 3000);

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

    public override Size BufferSize { get; set; } = s_lines;

    public override Coordinates CursorPosition { get; set; }

    public override int CursorSize { get; set; }

    public override bool KeyAvailable => false;

    public override Size MaxPhysicalWindowSize => s_lines;

    public override Size MaxWindowSize => s_lines;

    public override Coordinates WindowPosition { get; set; }

    public override Size WindowSize { get; set; } = s_lines;

    public override string WindowTitle { get; set; } = "";

    public override void FlushInputBuffer()
    {
        // There is no buffer of keys.
    }

    public override BufferCell[,] GetBufferContents(Rectangle rectangle)
    {
        throw new HostException("Lines that were written cannot be read back.");
    }

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        throw new HostException("This host reads lines, not keys.");
    }

    public override void ScrollBufferContents(
        Rectangle source,
        Coordinates destination,
        Rectangle clip,
        BufferCell fill)
    {
        // Lines that were written stay where they are.
    }

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents)
    {
        // Lines that were written stay as they are.
    }

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        // Lines that were written stay as they are.
    }
}
