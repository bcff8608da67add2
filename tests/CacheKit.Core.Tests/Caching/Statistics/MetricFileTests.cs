using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Caching.Statistics;

public sealed class MetricFileTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Metrics_a_file_is_replaced_and_nothing_else_is_left()
    {
        string path = _directory.File("cachekit.prom");
        MetricFile.Write(path, "one\n");
        MetricFile.Write(path, "two\n");
        Assert.Equal("two\n", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void Metrics_a_reader_of_the_old_file_reads_all_of_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "An open file cannot be replaced there.");
        string path = _directory.File("cachekit.prom");
        MetricFile.Write(path, "one\n");
        using StreamReader reader = new(path);
        MetricFile.Write(path, "two\n");
        Assert.Equal("one\n", reader.ReadToEnd());
    }

    [Fact]
    public void Metrics_everyone_may_read_the_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Files have no modes there.");
        string path = _directory.File("cachekit.prom");
        File.WriteAllText(path, "old");
        UnixMode.Set(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        MetricFile.Write(path, "new\n");
        Assert.Equal((UnixFileMode)0b110_100_100, UnixMode.Of(path));
    }

    [Fact]
    public void Metrics_a_file_that_cannot_be_written_is_rejected_and_leaves_nothing()
    {
        Assert.Equal("it is a directory", ReasonOf(_directory.Path));
        Assert.Equal("its directory is not there", ReasonOf(_directory.File("none/cachekit.prom")));
        Assert.Equal("it, or its directory, does not work", ReasonOf(_directory.File(new string('x', 300))));
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    private static string ReasonOf(string path)
    {
        CacheKitException failure = Assert.Throws<CacheKitException>(() => MetricFile.Write(path, "text\n"));
        Assert.Equal(ErrorIds.MetricFileUnusable, failure.ErrorId);
        Assert.NotEmpty(failure.RecommendedAction!);
        return failure.Message[(failure.Message.LastIndexOf(": ", StringComparison.Ordinal) + 2)..].TrimEnd('.');
    }
}
