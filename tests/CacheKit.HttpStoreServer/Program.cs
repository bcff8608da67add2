using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace CacheKit.StoreServer;

/// <summary>
/// Runs the server by itself: <c>--key-file file [--port n] [--certificate cert.pem --certificate-key key.pem]</c>. The
/// key file has the SHA-256 of an API key in each line.
/// </summary>
internal static class Program
{
    private const int DefaultPort = 5100;

    public static async Task<int> Main(string[] arguments)
    {
        if (Value(arguments, "--key-file") is not { } keyFile)
        {
            await Console.Error.WriteLineAsync(
                "Usage: --key-file <SHA-256 of an API key a line> [--port <n>] "
                + "[--certificate <PEM> --certificate-key <PEM>]");
            return 1;
        }

        string? certificateFile = Value(arguments, "--certificate");
        using X509Certificate2? certificate = certificateFile is null
            ? null
            : X509Certificate2.CreateFromPemFile(certificateFile, Value(arguments, "--certificate-key"));
        await using HttpStoreServer server = await HttpStoreServer.StartAsync(new HttpStoreServerOptions
        {
            ApiKeyHashes = (await File.ReadAllTextAsync(keyFile)).Split(
                (char[]?)null, StringSplitOptions.RemoveEmptyEntries),
            Port = Value(arguments, "--port") is { } port ? int.Parse(port, CultureInfo.InvariantCulture) : DefaultPort,
            Certificate = certificate,
            AnswersOtherMachines = certificate is not null,
        });
        await Console.Out.WriteLineAsync($"Listening at {server.Address}");
        await server.WaitAsync();
        return 0;
    }

    private static string? Value(string[] arguments, string name)
    {
        int index = Array.IndexOf(arguments, name);
        return index >= 0 && index + 1 < arguments.Length ? arguments[index + 1] : null;
    }
}
