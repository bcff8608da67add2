using Xunit.Sdk;
using Xunit.v3;

// Environment variables belong to the process, and nearly every test here sets some.
[assembly: Parallelization(Mode = ParallelMode.None)]
