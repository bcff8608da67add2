using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace CacheKit.Core.Storage.Redis;

/// <summary>
/// Tells other stores on the same Redis which keys were written or removed, and hears them: PUBLISH and SUBSCRIBE on
/// one channel (docs/formats.md). It never makes an operation fail. A message can only make others forget a key, never
/// believe one.
/// </summary>
internal sealed class RedisChanges : IDisposable
{
    /// <summary>The size of what identifies a store in a message, in bytes.</summary>
    public const int StoreIdSize = 16;

    // Far more than any key; what is longer is none of ours, and is not even read.
    private const int MaxMessageSize = 64 * 1024;

    // In milliseconds: how soon an operation tries again to subscribe.
    private const int Patience = 1000;

    private static readonly RedisChannel s_channel = RedisChannel.Literal("cachekit:changes");

    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly bool _isEnabled;
    private readonly byte[] _storeId = RandomNumberGenerator.GetBytes(StoreIdSize);
    private readonly object _lock = new();
    private readonly TaskCompletionSource _isKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Action<string?>[] _listeners = [];
    private long _lastAttempt = -Patience;
    private volatile ConnectionMultiplexer? _multiplexer;
    private bool _wasRestored;
    private volatile State _state = State.Silent;

    /// <summary>Makes it silent: it begins with a connection, and to hear with somebody who listens.</summary>
    /// <param name="isEnabled">Whether it tells and hears at all.</param>
    public RedisChanges(bool isEnabled)
    {
        _isEnabled = isEnabled;
    }

    private enum State
    {
        Silent,
        Subscribing,
        Hearing,
        Refused,
        Disposed,
    }

    /// <summary>Whether changes are heard.</summary>
    public bool IsHearing =>
        _state == State.Hearing && _multiplexer?.GetSubscriber().IsConnected(s_channel) == true;

    /// <summary>
    /// Waits until it is known whether changes are heard, which an operation before has begun to find out; not at all
    /// where nobody listens.
    /// </summary>
    /// <param name="timeout">How long at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask UntilKnownAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!_isEnabled || Volatile.Read(ref _listeners).Length == 0)
        {
            return;
        }

        try
        {
            await _isKnown.Task.WaitAsync(timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Then they are not.
        }
    }

    /// <summary>Adds somebody who listens.</summary>
    /// <param name="listener">Is told keys, or null when any may have changed.</param>
    public void Add(Action<string?> listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        lock (_lock)
        {
            _listeners = [.. _listeners, listener];
        }

        if (_multiplexer is { } multiplexer)
        {
            Attach(multiplexer);
        }
    }

    /// <summary>Begins to hear, if it did not yet and somebody listens. Called before each operation.</summary>
    /// <param name="multiplexer">The connection.</param>
    public void Attach(ConnectionMultiplexer multiplexer)
    {
        if (_state == State.Silent && _isEnabled)
        {
            BeginSubscribing(multiplexer, isOverdue: false);
        }
    }

    /// <summary>Tells the others of a key, without waiting.</summary>
    /// <param name="key">The key of the entry.</param>
    public void Tell(string key)
    {
        if (!_isEnabled || _multiplexer is not { } multiplexer)
        {
            return;
        }

        byte[] message = new byte[StoreIdSize + Encoding.UTF8.GetByteCount(key)];
        _storeId.CopyTo(message, 0);
        _ = Encoding.UTF8.GetBytes(key, message.AsSpan(StoreIdSize));
        try
        {
            _ = multiplexer.GetSubscriber().PublishAsync(s_channel, message, CommandFlags.FireAndForget);
        }
        catch (Exception exception) when (RedisFaults.IsFault(exception) || exception is ObjectDisposedException)
        {
            // The others notice at the end of their copies' time.
        }
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _state = State.Disposed;
            _listeners = [];
        }

        _isKnown.TrySetResult();

        if (_multiplexer is { } multiplexer)
        {
            multiplexer.ConnectionRestored -= OnRestored;
            Unsubscribe(multiplexer.GetSubscriber());
        }
    }

    private void BeginSubscribing(ConnectionMultiplexer multiplexer, bool isOverdue)
    {
        lock (_lock)
        {
            if (_state == State.Disposed)
            {
                return;
            }

            if (_multiplexer is null)
            {
                _multiplexer = multiplexer;
                multiplexer.ConnectionRestored += OnRestored;
            }

            long now = Environment.TickCount64;
            if (_state != State.Silent || _listeners.Length == 0 || (!isOverdue && now - _lastAttempt < Patience))
            {
                return;
            }

            _lastAttempt = now;
            _wasRestored = false;
            _state = State.Subscribing;
        }

        _ = SubscribeAsync(multiplexer.GetSubscriber());
    }

    private async Task SubscribeAsync(ISubscriber subscriber)
    {
        State next = State.Silent;
        try
        {
            await subscriber.SubscribeAsync(s_channel, OnMessage).ConfigureAwait(false);
            next = State.Hearing;
        }
        catch (RedisServerException)
        {
            // This user may not hear; asking again would change nothing.
            next = State.Refused;
        }
        catch (Exception exception) when (RedisFaults.IsFault(exception) || exception is ObjectDisposedException)
        {
            // The library opens the connection for subscriptions when it is first asked for one: see OnRestored.
        }

        if (next != State.Hearing)
        {
            Unsubscribe(subscriber);
        }

        bool isReady;
        lock (_lock)
        {
            _state = _state == State.Disposed ? State.Disposed : next;
            isReady = _wasRestored;
        }

        if (next is State.Hearing or State.Refused)
        {
            _isKnown.TrySetResult();
        }

        if (next == State.Hearing)
        {
            // What was read before may have changed before we heard of changes.
            Notify(null);
        }
        else if (isReady && _multiplexer is { } multiplexer)
        {
            BeginSubscribing(multiplexer, isOverdue: true);
        }
    }

    private void Unsubscribe(ISubscriber subscriber)
    {
        try
        {
            subscriber.Unsubscribe(s_channel, OnMessage, CommandFlags.FireAndForget);
        }
        catch (Exception exception) when (RedisFaults.IsFault(exception) || exception is ObjectDisposedException)
        {
            // It ends with the connection.
        }
    }

    private void OnMessage(RedisChannel channel, RedisValue message)
    {
        byte[]? bytes = message;
        if (bytes is null
            || bytes.Length is <= StoreIdSize or > MaxMessageSize
            || bytes.AsSpan(0, StoreIdSize).SequenceEqual(_storeId))
        {
            return;
        }

        try
        {
            Notify(s_strictUtf8.GetString(bytes, StoreIdSize, bytes.Length - StoreIdSize));
        }
        catch (DecoderFallbackException)
        {
            // Not ours.
        }
    }

    private void OnRestored(object? sender, ConnectionFailedEventArgs restored)
    {
        if (restored.ConnectionType != ConnectionType.Subscription || _multiplexer is not { } multiplexer)
        {
            return;
        }

        State state;
        lock (_lock)
        {
            _wasRestored = true;
            state = _state;
        }

        if (state == State.Hearing)
        {
            _ = NotifyAfterRestorationAsync(multiplexer);
        }
        else
        {
            BeginSubscribing(multiplexer, isOverdue: true);
        }
    }

    private async Task NotifyAfterRestorationAsync(ConnectionMultiplexer multiplexer)
    {
        Notify(null);
        try
        {
            // Answered after the subscription, which the library sends first.
            _ = await multiplexer.GetSubscriber().PingAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (RedisFaults.IsFault(exception) || exception is ObjectDisposedException)
        {
            // Lost again: its restoration is told again.
            return;
        }

        Notify(null);
    }

    private void Notify(string? key)
    {
        foreach (Action<string?> listener in Volatile.Read(ref _listeners))
        {
            listener(key);
        }
    }
}
