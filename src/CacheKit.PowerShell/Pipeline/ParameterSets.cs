namespace CacheKit.Pipeline;

/// <summary>The names of parameter sets.</summary>
internal static class ParameterSets
{
    public const string Text = nameof(Text);

    public const string Path = nameof(Path);

    public const string Save = nameof(Save);

    public const string Configured = nameof(Configured);

    public const string Environment = nameof(Environment);

    public const string Current = nameof(Current);

    public const string Session = nameof(Session);

    public const string Memory = nameof(Memory);

    public const string Redis = nameof(Redis);

    public const string Http = nameof(Http);

    public const string Backend = nameof(Backend);
}
