using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>
/// A real redis-server (or Sentinel) of a test's own, on a free port of the loopback address, in a directory of its
/// own, with persistence off. Where redis-server is not installed, the test is skipped.
/// </summary>
internal sealed class RedisProcess : IDisposable
{
    private const int Stop = 19;
    private const int Continue = 18;

    private readonly TempDirectory _directory = new();
    private readonly string _program;
    private readonly string[] _arguments;
    private readonly string? _configuration;

    private Process? _process;

    private RedisProcess(string program, int port, string? configuration, string[] arguments)
    {
        _program = program;
        Port = port;
        _configuration = configuration;
        _arguments = arguments;
    }

    /// <summary>Whether redis-server is installed.</summary>
    public static bool IsInstalled { get; } = Find("redis-server") is not null;

    /// <summary>The port on the loopback address.</summary>
    public int Port { get; }

    /// <summary>The URL of its first database.</summary>
    public string Url => $"redis://127.0.0.1:{Port}";

    /// <summary>Starts a server.</summary>
    /// <param name="arguments">More arguments, such as <c>--requirepass</c> and its value.</param>
    public static RedisProcess StartServer(params string[] arguments) => StartServerOn(FreePort.Take(), arguments);

    /// <summary>Starts a server on a port.</summary>
    /// <param name="port">The port.</param>
    /// <param name="arguments">More arguments.</param>
    public static RedisProcess StartServerOn(int port, params string[] arguments)
    {
        SkipUnlessInstalled();
        return Started(new RedisProcess("redis-server", port, null, arguments));
    }

    /// <summary>Starts a server that speaks nothing but TLS on its port.</summary>
    /// <param name="certificate">What it proves itself with.</param>
    /// <param name="arguments">More arguments.</param>
    public static RedisProcess StartTlsServer(ServerCertificate certificate, params string[] arguments)
    {
        SkipUnlessInstalled();
        int port = FreePort.Take();
        string[] tls =
        [
            "--tls-port", port.ToString(CultureInfo.InvariantCulture), "--tls-cert-file", certificate.CertificateFile,
            "--tls-key-file", certificate.KeyFile, "--tls-ca-cert-file", certificate.CaFile, "--tls-auth-clients", "no",
        ];
        RedisProcess process = new("redis-server", port, null, ["--port", "0", .. tls, .. arguments]);
        return Started(process, isTls: true);
    }

    /// <summary>Starts a Sentinel.</summary>
    /// <param name="port">Its port.</param>
    /// <param name="configuration">The lines of its configuration that follow the port.</param>
    public static RedisProcess StartSentinel(int port, string configuration)
    {
        SkipUnlessInstalled();
        return Started(new RedisProcess("redis-server", port, configuration, ["--sentinel"]));
    }

    /// <summary>Skips the test where redis-server is not installed.</summary>
    public static void SkipUnlessInstalled() => Assert.SkipUnless(IsInstalled, "redis-server is not installed.");

    /// <summary>Starts it again after <see cref="Kill"/>, empty, on the same port.</summary>
    public void Start() => Start(isTls: false);

    /// <summary>Ends it at once (SIGKILL): connections break, nothing is said.</summary>
    public void Kill()
    {
        if (_process is { } process)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
            _process = null;
        }
    }

    /// <summary>Stops it (SIGSTOP): connections stay, nothing is answered.</summary>
    public void Pause() => Signal(Stop);

    /// <summary>Lets it go on (SIGCONT).</summary>
    public void Resume() => Signal(Continue);

    /// <summary>
    /// Waits until this replica has its primary's data: while it loads them, it says that it does, and not that it is a
    /// replica.
    /// </summary>
    public void UntilReplicated() => HangGuard.Until(
        () => CommandText("INFO replication").Contains("master_link_status:up", StringComparison.Ordinal),
        "the replica has what its primary has");

    /// <summary>Runs a command beside the tested client and returns the first line of the answer.</summary>
    /// <param name="command">The command with its arguments, as one line.</param>
    public string Command(string command) => CommandText(command).Split('\n')[0].TrimEnd('\r');

    /// <summary>Runs a command beside the tested client and returns the whole answer, as the protocol has it.</summary>
    /// <param name="command">The command with its arguments, as one line.</param>
    public string CommandText(string command)
    {
        using TcpClient client = new();
        client.ReceiveTimeout = client.SendTimeout = HangGuard.Milliseconds;
        client.Connect("127.0.0.1", Port);
        using NetworkStream stream = client.GetStream();
        stream.Write(Encoding.UTF8.GetBytes(command + "\r\n"));
        using StreamReader reader = new(stream);
        StringBuilder answer = new();
        ReadAnswer(reader, answer);
        return answer.ToString();
    }

    public void Dispose()
    {
        Kill();
        _directory.Dispose();
    }

    private static RedisProcess Started(RedisProcess process, bool isTls = false)
    {
        try
        {
            process.Start(isTls);
            return process;
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    private static void ReadAnswer(StreamReader reader, StringBuilder answer)
    {
        string line = reader.ReadLine() ?? throw new IOException("The server closed the connection.");
        _ = answer.Append(line).Append("\r\n");
        int count = line[0] is '$' or '*' ? int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture) : -1;
        if (line[0] == '*')
        {
            for (int i = 0; i < count; i++)
            {
                ReadAnswer(reader, answer);
            }
        }
        else if (count >= 0)
        {
            char[] text = new char[count + 2];
            _ = reader.ReadBlock(text);
            _ = answer.Append(text);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SendSignal(int process, int signal);

    private void Start(bool isTls)
    {
        ProcessStartInfo start = new(_program) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (_configuration is null)
        {
            string[] port = isTls ? [] : ["--port", Port.ToString(CultureInfo.InvariantCulture)];
            string[] arguments =
            [
                .. port, "--bind", "127.0.0.1", "--dir", _directory.Path, "--save", "", "--appendonly", "no",
                .. _arguments,
            ];
            Array.ForEach(arguments, start.ArgumentList.Add);
        }
        else
        {
            string file = _directory.File("sentinel.conf");
            File.WriteAllText(file, $"port {Port}\nbind 127.0.0.1\ndir {_directory.Path}\n{_configuration}\n");
            start.ArgumentList.Add(file);
            Array.ForEach(_arguments, start.ArgumentList.Add);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        WaitUntilReady(isTls);
    }

    private void WaitUntilReady(bool isTls)
    {
        HangGuard.Until(() => _process!.HasExited || IsReady(isTls), $"{_program} has started");
        if (_process!.HasExited)
        {
            throw new InvalidOperationException($"{_program} did not start.");
        }
    }

    private bool IsReady(bool isTls)
    {
        try
        {
            // Over TLS, that it accepts; else, that it answers, be it NOAUTH.
            return isTls ? Accepts() : Command("PING") is { Length: > 0 } answer && !answer.Contains("LOADING");
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }

    private bool Accepts()
    {
        using TcpClient client = new();
        client.Connect("127.0.0.1", Port);
        return true;
    }

    private void Signal(int signal) => Assert.Equal(0, SendSignal(_process!.Id, signal));
}
