using System.Text;
using CacheKit.HelpBuilder.Model;
using CacheKit.HelpBuilder.Reading;
using CacheKit.HelpBuilder.Writing;

namespace CacheKit.HelpBuilder;

/// <summary>Turns a folder of command pages into one file of MAML external help.</summary>
internal static class HelpCompiler
{
    /// <summary>The pages were compiled.</summary>
    public const int Success = 0;

    /// <summary>At least one page is malformed; each problem was reported with file, line and reason.</summary>
    public const int MalformedPage = 1;

    /// <summary>The arguments make no sense.</summary>
    public const int Usage = 2;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Runs the tool.</summary>
    /// <param name="arguments">The folder of pages and the file to write.</param>
    /// <param name="errors">Where problems are reported, one a line.</param>
    public static int Run(IReadOnlyList<string> arguments, TextWriter errors)
    {
        if (arguments.Count != 2)
        {
            errors.WriteLine("usage: CacheKit.HelpBuilder <folder of command pages> <help file to write>");
            return Usage;
        }

        if (!Directory.Exists(arguments[0]))
        {
            errors.WriteLine($"{arguments[0]}: error: there is no such folder");
            return Usage;
        }

        return Compile(arguments[0], arguments[1], errors);
    }

    private static int Compile(string folder, string output, TextWriter errors)
    {
        string[] files = Directory.GetFiles(folder, "*.md");
        Array.Sort(files, StringComparer.Ordinal);
        List<CommandPage> pages = [];
        List<PageProblem> problems = [];
        foreach (string file in files)
        {
            ProblemList found = new(file);
            CommandPage? page = PageReader.Read(file, File.ReadAllText(file, s_utf8), found);
            if (page is not null && page.ExternalHelpFile != Path.GetFileName(output))
            {
                found.Add(1, $"'external help file' is '{page.ExternalHelpFile}', but the help file to write is "
                    + $"'{Path.GetFileName(output)}'");
            }

            if (page is not null)
            {
                pages.Add(page);
            }

            problems.AddRange(found.All);
        }

        if (files.Length == 0)
        {
            problems.Add(new PageProblem(folder, 1, "there are no command pages (*.md)"));
        }

        foreach (PageProblem problem in problems)
        {
            errors.WriteLine(problem.ToString());
        }

        if (problems.Count > 0)
        {
            return MalformedPage;
        }

        Write(pages, output);
        return Success;
    }

    private static void Write(List<CommandPage> pages, string output)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
        using StreamWriter writer = new(output, append: false, s_utf8);
        MamlWriter.Write(pages, writer);
    }
}
