namespace CacheKit.Core.Tests.Support;

/// <summary>The files of tests/fixtures, copied beside the tests.</summary>
internal static class Fixtures
{
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "fixtures", name);
}
