namespace CacheKit.Parameters;

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

    public const string Previous = nameof(Previous);

    public const string Promote = nameof(Promote);

    public const string Compromised = nameof(Compromised);

    public const string Memory = nameof(Memory);

    public const string Redis = nameof(Redis);

    public const string Http = nameof(Http);

    public const string Backend = nameof(Backend);

    public const string Name = nameof(Name);

    public const string LiteralName = nameof(LiteralName);

    public const string Entry = nameof(Entry);

    public const string Key = nameof(Key);

    public const string Tenant = nameof(Tenant);

    public const string AllTenants = nameof(AllTenants);

    public const string Plain = nameof(Plain);

    public const string Interop = nameof(Interop);

    public const string Raw = nameof(Raw);

    public const string Data = nameof(Data);

    public const string PythonFrame = nameof(PythonFrame);
}
