using System.Text;
using CacheKit.Core.Cryptography;
using Xunit;

namespace CacheKit.Core.Tests.Cryptography;

public sealed class AssociatedDataTests
{
    [Fact]
    public void Cipher_associated_data_components_are_separated_by_their_lengths()
    {
        byte[][] all =
        [
            AssociatedData.Build("ab", "c", "f", false), AssociatedData.Build("a", "bc", "f", false),
            AssociatedData.Build("a", "b", "cf", false), AssociatedData.Build("ab", "c", "f", true),
            AssociatedData.Build("ab", "c", "f", false, ""), AssociatedData.Build("ab", "c", "f", false, "f"),
        ];
        Assert.Equal(all.Length, all.Select(Convert.ToHexString).Distinct().Count());
        Assert.All(all, bytes => Assert.Equal(AssociatedData.Version, bytes[0]));
    }

    [Fact]
    public void Cipher_associated_data_lengths_count_UTF8_bytes() => Assert.Equal(
        "03" + "00000002c3a9" + "00000004f09f9491" + "0000000166" + "0000000454727565",
        Convert.ToHexStringLower(AssociatedData.Build("é", "\U0001F511", "f", true)));

    [Fact]
    public void Cipher_the_compressed_component_of_associated_data_is_frozen()
    {
        Assert.Equal("True", Encoding.ASCII.GetString(AssociatedData.CompressedComponent(true)));
        Assert.Equal("False", Encoding.ASCII.GetString(AssociatedData.CompressedComponent(false)));
    }

    [Fact]
    public void Cipher_ill_formed_text_in_associated_data_is_rejected()
    {
        Assert.Throws<EncoderFallbackException>(() => AssociatedData.Build("\uD800", "k", "f", false));
        Assert.Throws<EncoderFallbackException>(() => AssociatedData.Build("t", "k\uDC00", "f", false));
    }
}
