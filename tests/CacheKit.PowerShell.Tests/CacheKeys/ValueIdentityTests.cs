using System.Text;
using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.CacheKeys;

/// <summary>The encoding of values is injective.</summary>
/// <param name="module">It has imported the module.</param>
public sealed class ValueIdentityTests(ModuleFixture module) : IClassFixture<ModuleFixture>
{
    private const int Pairs = 100_000;
    private const int Seed = 20_240_601;

    [Fact]
    public void CacheKey_is_the_same_exactly_for_values_that_a_script_cannot_tell_apart()
    {
        Assert.NotNull(module.Runspace);
        ModelMutations mutations = new(new Random(Seed));
        int equal = 0;
        for (int i = 0; i < Pairs; i++)
        {
            ValueModel model = mutations.New(4);
            (byte[]? key, string account) = Describe(model);
            (byte[]? otherKey, string otherAccount) = Describe(mutations.Partner(model));
            bool isSame = account == otherAccount;
            equal += isSame ? 1 : 0;
            Assert.True(
                key is not null && otherKey is not null && isSame == key.AsSpan().SequenceEqual(otherKey),
                $"Pair {i} of seed {Seed} has {(isSame ? "different keys" : "one key, or none")}:\n"
                + $"{account}\n{otherAccount}");
        }

        // A generator that never gives equal values, or always, would prove nothing.
        Assert.InRange(equal, Pairs / 10, Pairs * 9 / 10);
    }

    private static (byte[]? Key, string Account) Describe(ValueModel model)
    {
        StringBuilder account = new();
        object? value = model.Build(account);
        return (ValueKeys.Of(value), account.ToString());
    }
}
