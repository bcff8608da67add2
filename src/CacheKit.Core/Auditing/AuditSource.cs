namespace CacheKit.Core.Auditing;

/// <summary>The place in a script from which an entry was asked for.</summary>
/// <param name="Script">The full path of the script; empty or null at a prompt.</param>
/// <param name="Line">The line in it, from 1; 0 if there is none.</param>
public readonly record struct AuditSource(string? Script, int Line);
