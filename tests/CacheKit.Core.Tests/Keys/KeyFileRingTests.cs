using System.Text;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace CacheKit.Core.Tests.Keys;

/// <summary>Key files of several lines, and replacing one.</summary>
public sealed class KeyFileRingTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private string KeyPath => _directory.File("master.key");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("1", new byte[] { 1 })]
    [InlineData("1\n2\n", new byte[] { 1, 2 })]
    [InlineData("1\r\n2\r\n3", new byte[] { 1, 2, 3 })]
    [InlineData("1\n2\n3\n4\n\n", new byte[] { 1, 2, 3, 4 })]
    [InlineData(" 1\n\t2 \n", new byte[] { 1, 2 })]
    public void KeyFile_the_first_line_encrypts_and_the_others_decrypt(string lines, byte[] fills)
    {
        Put(lines);
        AssertHolds(KeyPath, fills);
    }

    [Theory]
    [InlineData("1\n1\n", "KeyRingInvalid", "Line 2 of", "only go forward")]
    [InlineData("1\n2\n2\n", "KeyRingInvalid", "Line 3 of", "same key as Line 2 of")]
    [InlineData("1\n2\n3\n4\n5\n", "KeyRingInvalid", "5 keys", "at most 3 others")]
    [InlineData("\n1", "KeyRingInvalid", "Line 1 of", "is blank")]
    [InlineData("1\n\n2", "KeyRingInvalid", "Line 2 of", "is blank")]
    [InlineData("1\n  \n", "KeyRingInvalid", "Line 2 of", "is blank")]
    [InlineData("1\n# my key", "MasterKeyInvalid", "Line 2 of", "8 characters")]
    [InlineData("1\n2,3", "MasterKeyInvalid", "Line 2 of", "129 characters")]
    [InlineData("1\n22", "MasterKeyInvalid", "Line 2 of", "128 characters")]
    public void KeyFile_lines_that_are_no_ring_are_rejected_by_number(
        string lines, string errorId, string where, string what)
    {
        Put(lines);
        CacheKitException failure = Assert.Throws<CacheKitException>(() => KeyFile.Read(KeyPath));
        Assert.Equal(errorId, failure.ErrorId);
        Assert.Contains(where, failure.Message, StringComparison.Ordinal);
        Assert.Contains(what, failure.Message, StringComparison.Ordinal);
        Assert.Contains(KeyPath, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("0101", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("0202", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void KeyFile_a_key_in_another_letter_case_is_the_same_key()
    {
        string hex = TestKeys.HexOf(TestKeys.Of(0xAB));
        PutText($"{hex}\n{hex.ToUpperInvariant()}\n");
        Assert.Equal(ErrorIds.KeyRingInvalid, Assert.Throws<CacheKitException>(() => KeyFile.Read(KeyPath)).ErrorId);
    }

    [Fact]
    public void KeyFile_any_ring_that_replaces_another_is_read_back()
    {
        Put("1\n2\n");
        byte[] before = [1, 2];
        Gen<byte[]> rings = Gen.Choose(1, KeyRing.LongestRing).SelectMany(
            count =>
                Gen.Shuffle([.. Enumerable.Range(0, 256).Select(fill => (byte)fill)]).Select(fills => fills[..count]));
        Prop.ForAll(rings.ToArbitrary(), fills =>
        {
            using KeyRing expected = Ring(before);
            using KeyRing after = Ring(fills);
            KeyFile.Replace(KeyPath, expected, after);
            AssertHolds(KeyPath, fills);
            before = fills;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));
    }

    [Fact]
    public void KeyFile_a_replaced_ring_belongs_to_its_owner_alone_and_leaves_nothing_else()
    {
        Put("1");
        using KeyRing before = Ring(1);
        using KeyRing after = Ring(2, 1);
        KeyFile.Replace(KeyPath, before, after);
        Assert.Equal([KeyPath, KeyPath + ".lock"], Directory.GetFiles(_directory.Path).Order(StringComparer.Ordinal));
        Assert.Equal(0, new FileInfo(KeyPath + ".lock").Length);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, UnixMode.Of(KeyPath));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, UnixMode.Of(KeyPath + ".lock"));
        }
    }

    [Fact]
    public void KeyFile_leftovers_of_a_killed_process_do_not_hinder_and_are_removed()
    {
        Put("1");
        File.WriteAllText(KeyPath + ".new", "half a ke");
        File.WriteAllText(KeyPath + ".lock", string.Empty);
        using KeyRing before = Ring(1);
        using KeyRing after = Ring(2);
        KeyFile.Replace(KeyPath, before, after);
        AssertHolds(KeyPath, 2);
        Assert.False(File.Exists(KeyPath + ".new"));
    }

    [Theory]
    [InlineData("2\n1\n")]
    [InlineData("1\n2\n")]
    [InlineData("1\n3\n")]
    [InlineData("3")]
    public void KeyFile_a_file_with_unexpected_keys_is_left_as_it_is(string lines)
    {
        Put(lines);
        string content = File.ReadAllText(KeyPath);
        using KeyRing expected = Ring(1);
        using KeyRing after = Ring(4, 1);
        CacheKitException failure = Assert.Throws<CacheKitException>(() => KeyFile.Replace(KeyPath, expected, after));
        Assert.Equal(ErrorIds.KeyFileChanged, failure.ErrorId);
        Assert.Equal(content, File.ReadAllText(KeyPath));
    }

    [Fact]
    public void KeyFile_a_different_layout_is_no_change()
    {
        PutText($"{Hex(1).ToUpperInvariant()}\r\n{Hex(2)}");
        using KeyRing expected = Ring(1, 2);
        using KeyRing after = Ring(3, 1);
        KeyFile.Replace(KeyPath, expected, after);
        AssertHolds(KeyPath, 3, 1);
    }

    [Fact]
    public void KeyFile_a_missing_broken_or_open_file_is_not_replaced()
    {
        using KeyRing expected = Ring(1);
        using KeyRing after = Ring(2);
        Assert.Equal(ErrorIds.KeyFileUnusable, RefusalOf(expected, after));
        PutText("not a key");
        Assert.Equal(ErrorIds.MasterKeyInvalid, RefusalOf(expected, after));
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        Put("1");
        UnixMode.Set(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Equal(ErrorIds.KeyFileTooOpen, RefusalOf(expected, after));
        Assert.Equal(Hex(1), File.ReadAllText(KeyPath));
    }

    [Fact]
    public void KeyFile_a_second_writer_is_rejected_during_a_replacement()
    {
        Put("1");
        using KeyRing expected = Ring(1);
        using KeyRing after = Ring(2);
        using (new FileStream(KeyPath + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Equal(ErrorIds.KeyFileChanged, RefusalOf(expected, after));
            CacheKitException failure = Assert.Throws<CacheKitException>(
                () => KeyFile.Write(KeyPath, after.Current, overwrite: true, protect: false));
            Assert.Equal(ErrorIds.KeyFileChanged, failure.ErrorId);
            AssertHolds(KeyPath, 1);
        }

        KeyFile.Replace(KeyPath, expected, after);
    }

    [Fact]
    public async Task KeyFile_one_of_many_writers_wins_and_readers_always_find_a_whole_file()
    {
        Put("1");
        const int Writers = 8;
        using KeyRing expected = Ring(1);
        using CancellationTokenSource end = new();
        Task<int> reader = Task.Run(() => ReadUntil(end.Token), CancellationToken.None);
        int[] winners = [.. Enumerable.Range(2, Writers).AsParallel().WithDegreeOfParallelism(Writers).Where(fill =>
        {
            using KeyRing after = Ring((byte)fill);
            try
            {
                KeyFile.Replace(KeyPath, expected, after);
                return true;
            }
            catch (CacheKitException failure) when (failure.ErrorId == ErrorIds.KeyFileChanged)
            {
                return false;
            }
        })];
        await end.CancelAsync();
        AssertHolds(KeyPath, (byte)Assert.Single(winners));
        Assert.True(await reader > 0);
    }

    [Fact]
    public void KeyFile_a_link_stays_and_its_target_is_replaced()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right that users do not have.");
        Put("1");
        string link = _directory.File("link");
        File.CreateSymbolicLink(link, KeyPath);
        using KeyRing before = Ring(1);
        using KeyRing after = Ring(2);
        KeyFile.Replace(link, before, after);
        Assert.Equal(KeyPath, File.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName);
        AssertHolds(KeyPath, 2);
    }

    [Fact]
    public void KeyFile_a_new_key_does_not_replace_several()
    {
        Put("1\n2\n");
        using MasterKey key = TestKeys.Of(3);
        CacheKitException failure = Assert.Throws<CacheKitException>(
            () => KeyFile.Write(KeyPath, key, overwrite: true, protect: false));
        Assert.Equal(ErrorIds.KeyFileExists, failure.ErrorId);
        Assert.Contains("several keys", failure.Message, StringComparison.Ordinal);
        AssertHolds(KeyPath, 1, 2);

        // Even when others could read it.
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        UnixMode.Set(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Throws<CacheKitException>(() => KeyFile.Write(KeyPath, key, overwrite: true, protect: false));
        Assert.StartsWith(Hex(1), File.ReadAllText(KeyPath), StringComparison.Ordinal);
    }

    private int ReadUntil(CancellationToken end)
    {
        int reads = 0;
        do
        {
            KeyFile.Read(KeyPath).Dispose();
            reads++;
        }
        while (!end.IsCancellationRequested);
        return reads;
    }

    private string RefusalOf(KeyRing expected, KeyRing after) =>
        Assert.Throws<CacheKitException>(() => KeyFile.Replace(KeyPath, expected, after)).ErrorId;

    /// <summary>Each digit stands for the key whose bytes have that value.</summary>
    private void Put(string lines) => PutText(string.Concat(lines.Split('#')[0].Select(
        character => char.IsAsciiDigit(character) ? Hex((byte)(character - '0')) : $"{character}")) + Comment(lines));

    private static string Comment(string lines) =>
        lines.IndexOf('#', StringComparison.Ordinal) is >= 0 and int start ? lines[start..] : string.Empty;

    private void PutText(string content)
    {
        File.WriteAllText(KeyPath, content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        if (!OperatingSystem.IsWindows())
        {
            UnixMode.Set(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static string Hex(byte fill)
    {
        using MasterKey key = TestKeys.Of(fill);
        return TestKeys.HexOf(key);
    }

    private static KeyRing Ring(params byte[] fills) =>
        new(TestKeys.Of(fills[0]), [.. fills.Skip(1).Select(TestKeys.Of)]);

    private static void AssertHolds(string path, params byte[] fills)
    {
        using KeyRing expected = Ring(fills);
        using KeyRing found = KeyFile.Read(path);
        Assert.True(found.HasSameKeys(expected));
    }
}
