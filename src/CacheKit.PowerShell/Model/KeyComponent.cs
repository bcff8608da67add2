namespace CacheKit;

/// <summary>What a part of a key is.</summary>
public enum KeyComponentKind
{
    /// <summary>The block's code, without comments and layout.</summary>
    Block,

    /// <summary>The name that -Key gives, in place of block, variables and arguments.</summary>
    Name,

    /// <summary>A variable that the block reads but does not set itself.</summary>
    Variable,

    /// <summary>An argument of the block.</summary>
    Argument,

    /// <summary>A value of -VaryBy.</summary>
    VaryBy,

    /// <summary>The input object.</summary>
    Input,

    /// <summary>The operation that -Interop gives.</summary>
    Operation,

    /// <summary>A script file that the block calls or dot-sources, by its content.</summary>
    Script,

    /// <summary>An entry of <c>$PSDefaultParameterValues</c> that applies to a command of the block.</summary>
    Default,
}

/// <summary>A part of what a key is computed from.</summary>
public sealed class KeyComponent
{
    internal KeyComponent(KeyComponentKind kind, string name, string? type, string? value)
    {
        Kind = kind;
        Name = name;
        Type = type;
        Value = value;
    }

    /// <summary>What it is.</summary>
    public KeyComponentKind Kind { get; }

    /// <summary>How a script writes it, such as <c>$name</c>.</summary>
    public string Name { get; }

    /// <summary>The full name of the value's type; null for <c>$null</c>.</summary>
    public string? Type { get; }

    /// <summary>The beginning of the value, up to 64 characters; null when it holds a secret.</summary>
    public string? Value { get; }

    /// <summary>Name and value.</summary>
    public override string ToString() => Value is null ? $"{Name} ({Type})" : $"{Name} = {Value}";
}
