using CacheKit.HelpBuilder;

return HelpCompiler.Run(args, Console.Error);
