using CacheKit.Host;

using StopSignals signals = new();
int exitCode = await ScriptHost.RunAsync(args, Console.Out, Console.Error, Console.In, signals.Token);
return signals.ExitCode ?? exitCode;
