using System.Text;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Keys;

public sealed class KeyFileTests : IDisposable
{
    private const string Hex = "007f80ffa55ac33c1ee12dd24bb469968778f00f01102332455467768998abba";
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TempDirectory _directory = new();
    private readonly MasterKey _key = MasterKey.FromHex(Hex, "a test");

    private string KeyPath => _directory.File("master.key");

    public void Dispose()
    {
        _key.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void KeyFile_a_written_key_is_read_back(bool protect)
    {
        KeyFile.Write(KeyPath, _key, overwrite: false, protect);
        using KeyRing found = KeyFile.Read(KeyPath);
        Assert.True(found.Current.HasSameBytes(_key));
    }

    [Fact]
    public void KeyFile_a_key_is_one_line_of_digits()
    {
        KeyFile.Write(KeyPath, _key, overwrite: false, protect: false);
        Assert.Equal(Hex + "\n", File.ReadAllText(KeyPath));
    }

    [Fact]
    public void KeyFile_the_file_and_its_new_directories_belong_to_the_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        string path = _directory.File("a/b/master.key");
        KeyFile.Write(path, _key, overwrite: false, protect: true);
        Assert.Equal(OwnersFile, UnixMode.Of(path));
        Assert.Equal(OwnersFile | UnixFileMode.UserExecute, UnixMode.Of(_directory.File("a/b")));
        Assert.Equal(OwnersFile | UnixFileMode.UserExecute, UnixMode.Of(_directory.File("a")));
    }

    [Fact]
    public void KeyFile_an_existing_directory_keeps_its_mode()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        UnixFileMode mode = OwnersFile | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        UnixMode.Set(_directory.Path, mode);
        KeyFile.Write(KeyPath, _key, overwrite: false, protect: true);
        Assert.Equal(mode, UnixMode.Of(_directory.Path));
    }

    [Fact]
    public void KeyFile_any_right_of_others_makes_it_too_open()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        KeyFile.Write(KeyPath, _key, overwrite: false, protect: true);
        for (int others = 1; others < 0b1_000_000; others++)
        {
            UnixMode.Set(KeyPath, OwnersFile | (UnixFileMode)others);
            CacheKitException failure = Refused(ErrorIds.KeyFileTooOpen);
            Assert.Contains("chmod 600", failure.RecommendedAction, StringComparison.Ordinal);
        }

        // What its owner may do is nobody else's.
        foreach (UnixFileMode mode in
            (UnixFileMode[])[OwnersFile, UnixFileMode.UserRead, OwnersFile | UnixFileMode.UserExecute])
        {
            UnixMode.Set(KeyPath, mode);
            KeyFile.Read(KeyPath).Dispose();
        }
    }

    [Fact]
    public void KeyFile_a_link_is_judged_by_its_target()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        KeyFile.Write(KeyPath, _key, overwrite: false, protect: true);
        File.CreateSymbolicLink(_directory.File("link"), KeyPath);
        KeyFile.Read(_directory.File("link")).Dispose();
        UnixMode.Set(KeyPath, OwnersFile | UnixFileMode.OtherRead);
        Assert.Equal(
            ErrorIds.KeyFileTooOpen,
            Assert.Throws<CacheKitException>(() => KeyFile.Read(_directory.File("link"))).ErrorId);
    }

    [Fact]
    public void KeyFile_a_missing_file_or_directory_and_a_directory_are_unusable()
    {
        Assert.Contains("does not exist", Refused(ErrorIds.KeyFileUnusable).Message, StringComparison.Ordinal);
        Assert.Equal(
            ErrorIds.KeyFileUnusable,
            Assert.Throws<CacheKitException>(() => KeyFile.Read(_directory.File("no/master.key"))).ErrorId);
        Directory.CreateDirectory(KeyPath);
        Refused(ErrorIds.KeyFileUnusable);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("")]
    [InlineData("\n\n")]
    public void KeyFile_a_line_may_have_any_line_ending(string end)
    {
        Put(Hex + end);
        using KeyRing found = KeyFile.Read(KeyPath);
        Assert.True(found.Current.HasSameBytes(_key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("   ")]
    public void KeyFile_an_empty_file_is_rejected_as_blank(string content)
    {
        Put(content);
        Assert.Contains("is blank", Refused(ErrorIds.MasterKeyInvalid).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(" " + Hex)]
    [InlineData(Hex + " ")]
    [InlineData("\uFEFF" + Hex)]
    [InlineData("key=" + Hex)]
    [InlineData("007f80ffa55ac33c1ee12dd24bb469968778f00f01102332455467768998abbg")]
    [InlineData(Hex + "\r" + Hex)]
    [InlineData("dpapi:")]
    [InlineData("dpapi:AAAA")]
    public void KeyFile_any_other_content_is_rejected_without_quoting_it(string content)
    {
        Put(content);
        CacheKitException failure = Assert.Throws<CacheKitException>(() => KeyFile.Read(KeyPath));
        Assert.Contains(failure.ErrorId, (string[])[ErrorIds.MasterKeyInvalid, ErrorIds.KeyFileUnusable]);
        Assert.Contains(KeyPath, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Hex[..8], failure.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(1 << 20, 'a')]
    [InlineData(1 << 20, '\0')]
    [InlineData(1 << 20, 'é')]
    public void KeyFile_a_large_file_is_rejected_as_too_long(int length, char fill)
    {
        Put(new string(fill, length));
        CacheKitException failure = Refused(ErrorIds.MasterKeyInvalid);
        Assert.Contains("more than 16384 bytes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void KeyFile_an_existing_file_is_replaced_only_on_request()
    {
        KeyFile.Write(KeyPath, _key, overwrite: false, protect: true);
        using MasterKey other = MasterKey.Generate();
        CacheKitException failure = Assert.Throws<CacheKitException>(
            () => KeyFile.Write(KeyPath, other, overwrite: false, protect: true));
        Assert.Equal(ErrorIds.KeyFileExists, failure.ErrorId);
        using (KeyRing kept = KeyFile.Read(KeyPath))
        {
            Assert.True(kept.Current.HasSameBytes(_key));
        }

        KeyFile.Write(KeyPath, other, overwrite: true, protect: true);
        using KeyRing replaced = KeyFile.Read(KeyPath);
        Assert.True(replaced.Current.HasSameBytes(other));
        Assert.Equal(
            [KeyPath, KeyPath + ".lock"],
            Directory.GetFileSystemEntries(_directory.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void KeyFile_a_replaced_file_belongs_to_its_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        Put("old");
        UnixMode.Set(KeyPath, OwnersFile | UnixFileMode.OtherRead);
        KeyFile.Write(KeyPath, _key, overwrite: true, protect: true);
        Assert.Equal(OwnersFile, UnixMode.Of(KeyPath));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void KeyFile_a_failure_leaves_nothing_behind(bool overwrite)
    {
        Directory.CreateDirectory(KeyPath);
        CacheKitException failure = Assert.Throws<CacheKitException>(
            () => KeyFile.Write(KeyPath, _key, overwrite, protect: true));
        Assert.Equal(ErrorIds.KeyFileUnusable, failure.ErrorId);
        Assert.Equal([KeyPath], Directory.GetFileSystemEntries(_directory.Path));
        Assert.Empty(Directory.GetFileSystemEntries(KeyPath));
    }

    [Fact]
    public void KeyFile_a_file_in_place_of_a_directory_is_a_failure()
    {
        Put("not a directory");
        CacheKitException failure = Assert.Throws<CacheKitException>(
            () => KeyFile.Write(Path.Combine(KeyPath, "master.key"), _key, overwrite: false, protect: true));
        Assert.Equal(ErrorIds.KeyFileUnusable, failure.ErrorId);
    }

    private void Put(string content)
    {
        File.WriteAllText(KeyPath, content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        if (!OperatingSystem.IsWindows())
        {
            UnixMode.Set(KeyPath, OwnersFile);
        }
    }

    private CacheKitException Refused(string errorId)
    {
        CacheKitException failure = Assert.Throws<CacheKitException>(() => KeyFile.Read(KeyPath));
        Assert.Equal(errorId, failure.ErrorId);
        return failure;
    }
}
