using System.Text;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Cryptography;

public sealed class EntryCipherTests : IDisposable
{
    private static readonly byte[] s_key = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7))];
    private static readonly byte[] s_plaintext = Encoding.UTF8.GetBytes("a value of some length");
    private static readonly byte[] s_associated = Encoding.UTF8.GetBytes("what is beside it");

    private readonly EntryCipher _cipher = new(s_key);

    public void Dispose() => _cipher.Dispose();

    [Fact]
    public void Cipher_sealed_bytes_open()
    {
        Assert.Equal(s_plaintext, Open(Seal(s_plaintext, s_associated), s_associated));
        Assert.Equal([], Open(Seal([], []), [])!);
    }

    [Fact]
    public void Cipher_opens_what_another_of_the_same_key_sealed()
    {
        using EntryCipher other = new(s_key);
        byte[] sealedBytes = Seal(s_plaintext, s_associated);
        byte[] plaintext = new byte[s_plaintext.Length];
        Assert.True(other.TryOpen(sealedBytes, s_associated, plaintext));
        Assert.Equal(s_plaintext, plaintext);
    }

    [Fact]
    public void Cipher_the_same_value_is_never_sealed_to_the_same_bytes()
    {
        string[] all = [.. Enumerable.Range(0, 100).Select(_ => Convert.ToHexString(Seal(s_plaintext, s_associated)))];
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.Equal(all.Length, all.Select(hex => hex[..(2 * NonceSequence.NonceSize)]).Distinct().Count());
    }

    [Fact]
    public void Cipher_any_flipped_bit_of_nonce_ciphertext_or_tag_is_refused()
    {
        byte[] sealedBytes = Seal(s_plaintext, s_associated);
        for (int bit = 0; bit < 8 * sealedBytes.Length; bit++)
        {
            sealedBytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(Open(sealedBytes, s_associated));
            sealedBytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.NotNull(Open(sealedBytes, s_associated));
    }

    [Fact]
    public void Cipher_any_flipped_bit_of_the_associated_data_is_refused()
    {
        byte[] sealedBytes = Seal(s_plaintext, s_associated);
        byte[] associated = [.. s_associated];
        for (int bit = 0; bit < 8 * associated.Length; bit++)
        {
            associated[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(Open(sealedBytes, associated));
            associated[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Null(Open(sealedBytes, [.. associated, 0]));
        Assert.Null(Open(sealedBytes, associated[..^1]));
        Assert.Null(Open(sealedBytes, []));
    }

    [Fact]
    public void Cipher_refused_bytes_leave_no_plaintext()
    {
        byte[] sealedBytes = Seal(s_plaintext, s_associated);
        sealedBytes[^1] ^= 1;
        byte[] plaintext = new byte[s_plaintext.Length];
        plaintext.AsSpan().Fill(0xEE);
        Assert.False(_cipher.TryOpen(sealedBytes, s_associated, plaintext));
        Assert.Equal(new byte[s_plaintext.Length], plaintext);
    }

    [Fact]
    public void Cipher_bytes_too_short_to_be_sealed_are_refused()
    {
        byte[] sealedBytes = Seal([], []);
        for (int length = 0; length < EntryCipher.Overhead; length++)
        {
            Assert.False(_cipher.TryOpen(sealedBytes.AsSpan(0, length), [], []));
        }
    }

    [Fact]
    public void Cipher_every_truncation_is_refused()
    {
        byte[] sealedBytes = Seal(s_plaintext, s_associated);
        for (int length = EntryCipher.Overhead; length < sealedBytes.Length; length++)
        {
            Assert.Null(Open(sealedBytes[..length], s_associated));
            Assert.Null(Open(sealedBytes[^length..], s_associated));
        }
    }

    [Fact]
    public void Cipher_another_key_opens_nothing()
    {
        byte[] otherKey = [.. s_key];
        otherKey[0] ^= 1;
        using EntryCipher other = new(otherKey);
        Assert.False(other.TryOpen(Seal(s_plaintext, s_associated), s_associated, new byte[s_plaintext.Length]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(33)]
    public void Cipher_keys_of_other_lengths_are_rejected(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new EntryCipher(new byte[length]));

    [Theory]
    [InlineData(EntryCipher.Overhead - 1)]
    [InlineData(EntryCipher.Overhead + 1)]
    public void Cipher_a_destination_of_another_length_is_rejected(int overhead) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _cipher.Seal(s_plaintext, s_associated, new byte[s_plaintext.Length + overhead]));

    [Fact]
    public void Cipher_it_keeps_its_own_copy_of_the_key()
    {
        byte[] key = [.. s_key];
        using EntryCipher cipher = new(key);
        key.AsSpan().Clear();
        byte[] sealedBytes = new byte[s_plaintext.Length + EntryCipher.Overhead];
        cipher.Seal(s_plaintext, s_associated, sealedBytes);
        Assert.Equal(s_plaintext, Open(sealedBytes, s_associated));
    }

    [Fact]
    public void Cipher_once_disposed_it_seals_and_opens_nothing()
    {
        EntryCipher cipher = new(s_key);
        byte[] sealedBytes = new byte[s_plaintext.Length + EntryCipher.Overhead];
        cipher.Seal(s_plaintext, s_associated, sealedBytes);
        cipher.Dispose();
        cipher.Dispose();
        byte[] untouched = new byte[sealedBytes.Length];
        Assert.Throws<ObjectDisposedException>(() => cipher.Seal(s_plaintext, s_associated, untouched));
        Assert.Throws<ObjectDisposedException>(
            () => cipher.TryOpen(sealedBytes, s_associated, new byte[s_plaintext.Length]));
        Assert.Equal(-1, untouched.AsSpan(NonceSequence.NonceSize).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public async Task Cipher_eight_threads_at_once_get_correct_results()
    {
        await Threads.RunAsync(number =>
        {
            byte[] associated = [(byte)number];
            for (int i = 0; i < 5_000; i++)
            {
                byte[] plaintext = new byte[i % 100];
                plaintext.AsSpan().Fill((byte)((number + i) % 256));
                byte[] sealedBytes = Seal(plaintext, associated);
                Assert.Equal(plaintext, Open(sealedBytes, associated));
                Assert.Null(Open(sealedBytes, [(byte)(number + 1)]));
            }
        });
    }

    [Fact]
    public async Task Cipher_nothing_is_ever_sealed_under_a_zeroed_key()
    {
        for (int round = 0; round < 150; round++)
        {
            // A new cipher has no instance to borrow: each thread makes its own from the key, while one disposes it.
            EntryCipher cipher = new(s_key);
            byte[]?[] results = new byte[Threads.Count][];
            await Threads.RunAsync(number =>
            {
                if (number == 0)
                {
                    cipher.Dispose();
                    return;
                }

                byte[] sealedBytes = new byte[s_plaintext.Length + EntryCipher.Overhead];
                try
                {
                    cipher.Seal(s_plaintext, s_associated, sealedBytes);
                    results[number] = sealedBytes;
                }
                catch (ObjectDisposedException)
                {
                    // Too late, as it should be.
                }
            });
            Assert.All(
                results,
                sealedBytes => Assert.True(sealedBytes is null || Open(sealedBytes, s_associated) is not null));
        }
    }

    private byte[] Seal(byte[] plaintext, byte[] associated)
    {
        byte[] sealedBytes = new byte[plaintext.Length + EntryCipher.Overhead];
        _cipher.Seal(plaintext, associated, sealedBytes);
        return sealedBytes;
    }

    private byte[]? Open(byte[] sealedBytes, byte[] associated)
    {
        byte[] plaintext = new byte[sealedBytes.Length - EntryCipher.Overhead];
        return _cipher.TryOpen(sealedBytes, associated, plaintext) ? plaintext : null;
    }
}
