namespace CacheKit.Core.Storage.Resilience;

/// <summary>A listing under way, one step at a time, that can be left though a step does not end.</summary>
/// <typeparam name="T">What a step comes to: a key, or a page of keys.</typeparam>
/// <param name="list">Begins the listing.</param>
public sealed class ListingSteps<T>(Func<CancellationToken, IAsyncEnumerable<T>> list) : IAsyncDisposable
{
    // Not disposed: a step that was left may still look at it, and it holds nothing once it is cancelled.
    private readonly CancellationTokenSource _left = new();
    private IAsyncEnumerator<T>? _steps;
    private Task<bool> _step = Task.FromResult(false);

    /// <summary>What the last step came to.</summary>
    public T Current => _steps!.Current;

    /// <summary>Takes a step. When its token ends it, the listing is over.</summary>
    /// <param name="cancellationToken">Ends the step.</param>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using CancellationTokenRegistration registration =
            cancellationToken.UnsafeRegister(static left => ((CancellationTokenSource)left!).Cancel(), _left);
        _steps ??= list(_left.Token).GetAsyncEnumerator(_left.Token);
        ValueTask<bool> step = _steps.MoveNextAsync();
        if (step.IsCompletedSuccessfully)
        {
            return await step.ConfigureAwait(false);
        }

        _step = step.AsTask();
        return await _step.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_step.IsCompleted)
        {
            await CloseAsync().ConfigureAwait(false);
        }
        else
        {
            // An enumerator must not be disposed while it takes a step.
            _ = CloseLaterAsync();
        }
    }

    private async Task CloseLaterAsync()
    {
        await ((Task)_step).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CloseAsync().ConfigureAwait(false);
    }

    private ValueTask CloseAsync() => _steps?.DisposeAsync() ?? ValueTask.CompletedTask;
}
