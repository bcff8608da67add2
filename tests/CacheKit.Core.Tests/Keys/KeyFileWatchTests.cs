using CacheKit.Core.Keys;
using CacheKit.Core.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CacheKit.Core.Tests.Keys;

public sealed class KeyFileWatchTests : IDisposable
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _clock = new();

    private string KeyPath => _directory.File("master.key");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void KeyFile_a_change_is_seen_after_a_second_and_remembered()
    {
        Write(1);
        KeyFileWatch watch = new(KeyPath, _clock);
        Write(2);
        Assert.False(watch.HasChanged());
        _clock.Advance(s_second - TimeSpan.FromTicks(1));
        Assert.False(watch.HasChanged());
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.True(watch.HasChanged());
        Write(1);
        _clock.Advance(s_second);
        Assert.True(watch.HasChanged());
    }

    [Fact]
    public void KeyFile_it_is_checked_once_a_second()
    {
        Write(1);
        KeyFileWatch watch = new(KeyPath, _clock);
        _clock.Advance(s_second);
        Assert.False(watch.HasChanged());
        Write(2);
        Assert.False(watch.HasChanged());
        _clock.Advance(s_second);
        Assert.True(watch.HasChanged());
    }

    [Fact]
    public void KeyFile_rewriting_the_same_keys_is_no_change()
    {
        Write(1);
        KeyFileWatch watch = new(KeyPath, _clock);
        Write(1);
        _clock.Advance(s_second);
        Assert.False(watch.HasChanged());
    }

    [Fact]
    public void KeyFile_other_keys_are_a_change_even_with_the_same_time_and_length()
    {
        Write(1);
        DateTime written = File.GetLastWriteTimeUtc(KeyPath);
        KeyFileWatch watch = new(KeyPath, _clock);
        Write(2);
        File.SetLastWriteTimeUtc(KeyPath, written);
        _clock.Advance(s_second);
        Assert.True(watch.HasChanged());
    }

    [Fact]
    public void KeyFile_a_deleted_or_missing_file_has_changed()
    {
        Write(1);
        KeyFileWatch watch = new(KeyPath, _clock);
        KeyFileWatch never = new(_directory.File("none.key"), _clock);
        File.Delete(KeyPath);
        _clock.Advance(s_second);
        Assert.True(watch.HasChanged());
        Assert.True(never.HasChanged());
    }

    [Fact]
    public void KeyFile_a_file_that_others_can_now_read_has_changed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        Write(1);
        KeyFileWatch watch = new(KeyPath, _clock);
        UnixMode.Set(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        _clock.Advance(s_second);
        Assert.True(watch.HasChanged());
    }

    private void Write(byte fill)
    {
        using MasterKey key = TestKeys.Of(fill);
        KeyFile.Write(KeyPath, key, overwrite: true, protect: false);
    }
}
