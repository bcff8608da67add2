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
    public void A_change_is_seen_after_a_second_and_not_forgotten()
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
    public void The_file_is_looked_at_once_a_second()
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
    public void The_same_keys_written_again_are_no_change()
    {
        Write(1);
        KeyFileWatch watch = new(KeyPath, _clock);
        Write(1);
        _clock.Advance(s_second);
        Assert.False(watch.HasChanged());
    }

    [Fact]
    public void Other_keys_are_a_change_although_time_and_length_are_the_same()
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
    public void A_file_that_is_gone_or_was_never_there_has_changed()
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
    public void A_file_that_others_can_read_now_has_changed()
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
