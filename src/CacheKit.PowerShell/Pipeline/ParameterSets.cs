namespace CacheKit.Pipeline;

/// <summary>The names of parameter sets.</summary>
internal static class ParameterSets
{
    public const string Text = nameof(Text);

    public const string Path = nameof(Path);

    public const string Save = nameof(Save);

    public const string Configured = nameof(Configured);
}
