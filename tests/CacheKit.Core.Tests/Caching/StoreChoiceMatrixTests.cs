using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using Xunit;

namespace CacheKit.Core.Tests.Caching;

/// <summary>Which store the variables choose, in every combination of unset, blank and set.</summary>
public sealed class StoreChoiceMatrixTests
{
    private static readonly string[] s_selectors = ["CACHEKIT_REDIS_URL", "CACHEKIT_API_KEY", "CACHEKIT_CACHE_PATH"];

    /// <summary>
    /// CACHEKIT_REDIS_URL, CACHEKIT_API_KEY, CACHEKIT_CACHE_PATH and REDIS_URL: - is unset, _ is blank and x is set.
    /// </summary>
    public static TheoryData<string, string> Combinations => new()
    {
        { "----", "Sqlite by the default path" },
        { "---_", "Sqlite by the default path" },
        { "---x", "Redis by REDIS_URL" },
        { "--_-", "CachePathInvalid" },
        { "--__", "CachePathInvalid" },
        { "--_x", "CachePathInvalid" },
        { "--x-", "Sqlite by CACHEKIT_CACHE_PATH" },
        { "--x_", "Sqlite by CACHEKIT_CACHE_PATH" },
        { "--xx", "Sqlite by CACHEKIT_CACHE_PATH" },
        { "-_--", "ApiKeyInvalid" },
        { "-_-_", "ApiKeyInvalid" },
        { "-_-x", "ApiKeyInvalid" },
        { "-__-", "StoreAmbiguous" },
        { "-___", "StoreAmbiguous" },
        { "-__x", "StoreAmbiguous" },
        { "-_x-", "StoreAmbiguous" },
        { "-_x_", "StoreAmbiguous" },
        { "-_xx", "StoreAmbiguous" },
        { "-x--", "Http by CACHEKIT_API_KEY" },
        { "-x-_", "Http by CACHEKIT_API_KEY" },
        { "-x-x", "Redis by REDIS_URL" },
        { "-x_-", "StoreAmbiguous" },
        { "-x__", "StoreAmbiguous" },
        { "-x_x", "StoreAmbiguous" },
        { "-xx-", "StoreAmbiguous" },
        { "-xx_", "StoreAmbiguous" },
        { "-xxx", "StoreAmbiguous" },
        { "_---", "RedisUrlInvalid" },
        { "_--_", "RedisUrlInvalid" },
        { "_--x", "RedisUrlInvalid" },
        { "_-_-", "StoreAmbiguous" },
        { "_-__", "StoreAmbiguous" },
        { "_-_x", "StoreAmbiguous" },
        { "_-x-", "StoreAmbiguous" },
        { "_-x_", "StoreAmbiguous" },
        { "_-xx", "StoreAmbiguous" },
        { "__--", "StoreAmbiguous" },
        { "__-_", "StoreAmbiguous" },
        { "__-x", "StoreAmbiguous" },
        { "___-", "StoreAmbiguous" },
        { "____", "StoreAmbiguous" },
        { "___x", "StoreAmbiguous" },
        { "__x-", "StoreAmbiguous" },
        { "__x_", "StoreAmbiguous" },
        { "__xx", "StoreAmbiguous" },
        { "_x--", "StoreAmbiguous" },
        { "_x-_", "StoreAmbiguous" },
        { "_x-x", "StoreAmbiguous" },
        { "_x_-", "StoreAmbiguous" },
        { "_x__", "StoreAmbiguous" },
        { "_x_x", "StoreAmbiguous" },
        { "_xx-", "StoreAmbiguous" },
        { "_xx_", "StoreAmbiguous" },
        { "_xxx", "StoreAmbiguous" },
        { "x---", "Redis by CACHEKIT_REDIS_URL" },
        { "x--_", "Redis by CACHEKIT_REDIS_URL" },
        { "x--x", "Redis by CACHEKIT_REDIS_URL" },
        { "x-_-", "StoreAmbiguous" },
        { "x-__", "StoreAmbiguous" },
        { "x-_x", "StoreAmbiguous" },
        { "x-x-", "StoreAmbiguous" },
        { "x-x_", "StoreAmbiguous" },
        { "x-xx", "StoreAmbiguous" },
        { "x_--", "StoreAmbiguous" },
        { "x_-_", "StoreAmbiguous" },
        { "x_-x", "StoreAmbiguous" },
        { "x__-", "StoreAmbiguous" },
        { "x___", "StoreAmbiguous" },
        { "x__x", "StoreAmbiguous" },
        { "x_x-", "StoreAmbiguous" },
        { "x_x_", "StoreAmbiguous" },
        { "x_xx", "StoreAmbiguous" },
        { "xx--", "StoreAmbiguous" },
        { "xx-_", "StoreAmbiguous" },
        { "xx-x", "StoreAmbiguous" },
        { "xx_-", "StoreAmbiguous" },
        { "xx__", "StoreAmbiguous" },
        { "xx_x", "StoreAmbiguous" },
        { "xxx-", "StoreAmbiguous" },
        { "xxx_", "StoreAmbiguous" },
        { "xxxx", "StoreAmbiguous" },
    };

    [Fact]
    public void StoreChoice_the_table_has_every_combination_of_variables() =>
        Assert.Equal(81, Combinations.Select(row => row.Data.Item1).Where(text => text.Length == 4).Distinct().Count());

    [Theory]
    [MemberData(nameof(Combinations))]
    public void StoreChoice_each_combination_of_variables_chooses_a_store_or_is_an_error(string set, string expected)
    {
        foreach (string blank in (string[])["", " "])
        {
            Assert.Equal(expected, Outcome(EnvironmentOf(set, blank)));
        }
    }

    public static TheoryData<string> SeveralChoices =>
        [.. Combinations.Where(row => row.Data.Item2 == ErrorIds.StoreAmbiguous).Select(row => row.Data.Item1)];

    [Theory]
    [MemberData(nameof(SeveralChoices))]
    public void StoreChoice_the_error_of_several_choices_names_exactly_the_variables_that_are_set(string set)
    {
        CacheKitException failure =
            Assert.Throws<CacheKitException>(() => StoreChoice.FromEnvironment(EnvironmentOf(set, "")));
        for (int i = 0; i < s_selectors.Length; i++)
        {
            Assert.Equal(set[i] != '-', failure.Message.Contains(s_selectors[i], StringComparison.Ordinal));
        }

        Assert.DoesNotContain(" REDIS_URL", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("v4lue", failure.ToString() + failure.RecommendedAction, StringComparison.Ordinal);
    }

    private static string Outcome(CacheKitEnvironment environment)
    {
        try
        {
            return StoreChoice.FromEnvironment(environment).ToString();
        }
        catch (CacheKitException failure)
        {
            return failure.ErrorId;
        }
    }

    private static CacheKitEnvironment EnvironmentOf(string set, string blank)
    {
        string? Value(int index, string value) => set[index] switch { '-' => null, '_' => blank, _ => value };
        return new CacheKitEnvironment
        {
            Home = Path.GetTempPath(),
            CacheHome = Path.GetTempPath(),
            CacheKitRedisUrl = Value(0, "redis://u:v4lue@one.example"),
            ApiKey = Value(1, "v4lue"),
            CachePath = Value(2, Path.Combine(Path.GetTempPath(), "v4lue.db")),
            RedisUrl = Value(3, "redis://u:v4lue@two.example"),
        };
    }
}
