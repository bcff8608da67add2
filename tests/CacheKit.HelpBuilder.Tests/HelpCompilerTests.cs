using System.Xml.Linq;
using Xunit;

namespace CacheKit.HelpBuilder.Tests;

public sealed class HelpCompilerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cachekit-help-").FullName;
    private readonly StringWriter _errors = new();

    private string Output => Path.Combine(_folder, "out", "en-US", SamplePage.HelpFile);

    [Fact]
    public void Help_pages_become_one_file()
    {
        WritePage("Get-Tide", SamplePage.Text);
        WritePage("Add-Tide", SamplePage.Text.Replace("Get-Tide", "Add-Tide", StringComparison.Ordinal));
        Assert.Equal(HelpCompiler.Success, Run(_folder, Output));
        Assert.Empty(_errors.ToString());
        XNamespace command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
        IEnumerable<string> names = XDocument.Load(Output).Descendants(command + "details")
            .Select(details => details.Element(command + "name")!.Value);
        Assert.Equal(["Add-Tide", "Get-Tide"], names);
    }

    [Fact]
    public void Help_the_file_is_the_same_on_every_machine()
    {
        WritePage("Get-Tide", SamplePage.Text);
        Run(_folder, Output);
        byte[] first = File.ReadAllBytes(Output);
        WritePage("Get-Tide", SamplePage.Text.ReplaceLineEndings("\r\n"));
        Run(_folder, Output);
        Assert.Equal(first, File.ReadAllBytes(Output));
        Assert.Equal((byte)'<', first[0]);
        Assert.DoesNotContain((byte)'\r', first);
    }

    [Fact]
    public void Help_one_malformed_page_stops_everything_and_every_error_is_reported()
    {
        WritePage("Get-Tide", SamplePage.Edit("How many days.\n", ""));
        WritePage("Get-Sea", SamplePage.Text);
        Assert.Equal(HelpCompiler.MalformedPage, Run(_folder, Output));
        Assert.Equal(
            [
                $"{Page("Get-Sea")}(12): error: the heading is 'Get-Tide', but the file is named 'Get-Sea'",
                $"{Page("Get-Tide")}({LineOf("### -Days")}): error: parameter -Days has no description",
            ],
            _errors.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.False(File.Exists(Output));
    }

    [Fact]
    public void Help_a_page_of_another_help_file_is_malformed()
    {
        WritePage("Get-Tide", SamplePage.Edit("Tides-Help.xml", "Other-Help.xml"));
        Assert.Equal(HelpCompiler.MalformedPage, Run(_folder, Output));
        Assert.Equal(
            $"{Page("Get-Tide")}(1): error: 'external help file' is 'Other-Help.xml', but the help file to write is "
                + "'Tides-Help.xml'",
            _errors.ToString().TrimEnd());
    }

    [Fact]
    public void Help_a_folder_without_pages_is_an_error()
    {
        Assert.Equal(HelpCompiler.MalformedPage, Run(_folder, Output));
        Assert.Equal($"{_folder}(1): error: there are no command pages (*.md)", _errors.ToString().TrimEnd());
    }

    [Fact]
    public void Help_wrong_arguments_are_distinguished_from_malformed_pages()
    {
        Assert.Equal(HelpCompiler.Usage, Run(_folder));
        Assert.StartsWith("usage: ", _errors.ToString(), StringComparison.Ordinal);
        Assert.Equal(HelpCompiler.Usage, Run(Path.Combine(_folder, "missing"), Output));
        string told = _errors.ToString().TrimEnd();
        Assert.EndsWith("missing: error: there is no such folder", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_the_pages_of_this_repository_compile()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "CacheKit.PS.sln")))
        {
            root = Path.GetDirectoryName(root)!;
        }

        string output = Path.Combine(_folder, "CacheKit.PowerShell.dll-Help.xml");
        int result = Run(Path.Combine(root, "docs", "cmdlets"), output);
        Assert.Equal("", _errors.ToString());
        Assert.Equal(HelpCompiler.Success, result);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static int LineOf(string passage)
    {
        return SamplePage.Text.AsSpan(0, SamplePage.Text.IndexOf(passage, StringComparison.Ordinal)).Count('\n') + 1;
    }

    private int Run(params string[] arguments) => HelpCompiler.Run(arguments, _errors);

    private string Page(string name) => Path.Combine(_folder, name + ".md");

    private void WritePage(string name, string text) => File.WriteAllText(Page(name), text);
}
