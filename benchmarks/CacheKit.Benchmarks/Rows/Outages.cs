using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using CacheKit.Benchmarks.Measuring;

namespace CacheKit.Benchmarks.Rows;

/// <summary>
/// What a script waits for while its Redis hangs or comes back. Tests say what happens, this says how long.
/// </summary>
/// <param name="runspace">Where the scripts run.</param>
internal sealed class Outages(ModuleRunspace runspace) : IDisposable
{
    private const int Rounds = 5;

    private readonly string _folder = Directory.CreateTempSubdirectory("cachekit-bench-").FullName;
    private readonly int _port = FreePort();
    private Process? _server;

    /// <summary>Whether there is a redis-server, and signals to stop it with.</summary>
    public static bool CanRun
    {
        get
        {
            try
            {
                using Process version = Process.Start(
                    new ProcessStartInfo("redis-server", ["--version"]) { RedirectStandardOutput = true })!;
                version.WaitForExit();
                return !OperatingSystem.IsWindows();
            }
            catch (Win32Exception)
            {
                return false;
            }
        }
    }

    /// <summary>Measures.</summary>
    /// <returns>
    /// Medians in milliseconds: a call while the server says nothing; the end of such a call by Ctrl+C; from the start
    /// of a server after a crash to the first value that it keeps.
    /// </returns>
    public double[] Measure()
    {
        double[] silent = new double[Rounds];
        double[] stopped = new double[Rounds];
        double[] back = new double[Rounds];
        for (int i = 0; i < Rounds; i++)
        {
            StartServer();
            OpenSession();
            Signal("STOP");
            silent[i] = Milliseconds(
                () => runspace.Run("$null = Invoke-SecureCached -Session $outage -Key silent { 1 } 3> $null"));
            OpenSession();
            stopped[i] = MeasureStop();
            OpenSession();
            Signal("KILL");
            runspace.Run("$null = 1..2 | Invoke-SecureCached -Session $outage { $_ } 3> $null");
            StartServer();
            back[i] = Milliseconds(() => runspace.Run("""
                # A value that comes twice was kept.
                do {
                    $last = $next
                    $next = Invoke-SecureCached -Session $outage -Key back { [guid]::NewGuid() } 3> $null
                } until ($next -eq $last)
                """));
            Signal("KILL");
        }

        return [Comparison.Median(silent), Comparison.Median(stopped), Comparison.Median(back)];
    }

    public void Dispose()
    {
        _server?.Kill();
        _server?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static double Milliseconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private void OpenSession() => runspace.Run($$"""
        if (Test-Path Variable:outage) { $outage.Dispose() }
        $global:outage = New-CacheKitSession -Redis 'redis://127.0.0.1:{{_port}}' -NoMemoryTier
        """);

    private double MeasureStop()
    {
        using PowerShell shell = runspace.Prepare(
            "$null = Invoke-SecureCached -Session $outage -Key stopped { 1 } 3> $null");
        IAsyncResult call = shell.BeginInvoke();
        // In the middle of the time that the call waits.
        Thread.Sleep(300);
        double time = Milliseconds(shell.Stop);
        return call.IsCompleted ? time : throw new InvalidOperationException("The call went on.");
    }

    private void StartServer()
    {
        _server?.Dispose();
        _server = Process.Start(new ProcessStartInfo(
            "redis-server",
            [
                "--bind", "127.0.0.1", "--port", _port.ToString(CultureInfo.InvariantCulture), "--save", "", "--dir",
                _folder,
            ])
        {
            RedirectStandardOutput = true,
        })!;
        while (_server.StandardOutput.ReadLine() is { } line
            && !line.Contains("Ready to accept", StringComparison.Ordinal))
        {
        }
    }

    private void Signal(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", _server!.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        if (name == "KILL")
        {
            _server.WaitForExit();
        }
    }
}
