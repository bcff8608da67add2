namespace CacheKit.Core.Diagnostics;

/// <summary>
/// A failure that a user can act on: it carries a stable id of the catalogue (docs/errors.md), one clear sentence and
/// the way out. Neither ever holds a secret.
/// </summary>
public class CacheKitException : Exception
{
    /// <summary>Makes a failure.</summary>
    /// <param name="errorId">A constant of <see cref="ErrorIds"/>.</param>
    /// <param name="message">One sentence that says what is wrong, without the value of any secret.</param>
    /// <param name="recommendedAction">What to do about it, in one sentence or one line of script.</param>
    /// <param name="innerException">The cause, if there is one whose text holds no secret.</param>
    /// <param name="target">What the user gave that it is about, or null; never a secret.</param>
    public CacheKitException(
        string errorId,
        string message,
        string recommendedAction,
        Exception? innerException = null,
        object? target = null)
        : base(message, innerException)
    {
        ErrorId = errorId;
        RecommendedAction = recommendedAction;
        Target = target;
    }

    /// <summary>The stable id: one PascalCase noun phrase of <see cref="ErrorIds"/>.</summary>
    public string ErrorId { get; }

    /// <summary>The way out.</summary>
    public string RecommendedAction { get; }

    /// <summary>What the user gave that it is about, or null; never a secret.</summary>
    public object? Target { get; }
}
