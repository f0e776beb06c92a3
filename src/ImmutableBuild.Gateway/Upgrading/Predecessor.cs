using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway.Keeping;
using ImmutableBuild.Generations;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Gateway.Upgrading;

/// <summary>The gateway whose place this one takes: it has left everything, and tells what it still works on until it has ended (F11).</summary>
internal sealed class Predecessor : IDisposable
{
    private const int LongestLine = 1024 * 1024;

    private readonly HttpClient _http;
    private readonly StreamReader _lines;
    private volatile ImmutableSortedDictionary<string, long> _inFlight;

    private Predecessor(HttpClient http, StreamReader lines, InFlightLine first) => (_http, _lines, _inFlight) = (http, lines, first.InFlight);

    /// <summary>The requests of <paramref name="generation"/> that it still works on.</summary>
    public long InFlight(GenerationId generation) => _inFlight.GetValueOrDefault(generation.ToString());

    /// <summary>
    /// Has <paramref name="gateway"/> leave its place; null when it is gone already, as after a crash. Once this returns, nobody else changes the saved
    /// state. Throws when the other gateway doesn't leave: it goes on serving, and this one must not begin.
    /// </summary>
    public static async Task<Predecessor?> SucceedAsync(string stateDirectory, ProcessIdentity gateway, IProcessHost host, CancellationToken cancellationToken)
    {
        var (path, left) = (ControlSocket.PathFor(stateDirectory), LeftSocket(stateDirectory, gateway));
        var hasLeft = YieldMark.IsOf(stateDirectory, gateway) && File.Exists(left);
        var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, cancelled) => ControlSocket.ConnectAsync(hasLeft ? left : path, cancelled), UseProxy = false })
        {
            BaseAddress = new Uri("http://gateway"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, GatewayProtocol.YieldPath);
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw GatewayErrors.RequestNotUnderstood($"the gateway that serves answered {(int)response.StatusCode} and goes on");
            }

            var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
            if (await ReadAsync(lines, cancellationToken) is { } first)
            {
                if (!hasLeft)
                {
                    File.Move(path, left, overwrite: true);
                }

                return new Predecessor(http, lines, first);
            }

            lines.Dispose();
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or JsonException && !host.IsRunning(gateway))
        {
            // The old gateway died: what it had committed is all there is.
        }
        catch
        {
            http.Dispose();
            throw;
        }

        http.Dispose();
        return host.IsRunning(gateway) ? throw GatewayErrors.RequestNotUnderstood("the gateway that serves does not leave") : null;
    }

    /// <summary>
    /// Where the control socket of <paramref name="gateway"/> is once it has left its place. If the gateway that took it is killed, the next one asks the old one there.
    /// Each has one of its own: several may be ending what they work on. The path is little longer than the socket's, which is as long as a socket's may be.
    /// </summary>
    public static string LeftSocket(string stateDirectory, ProcessIdentity gateway) => Path.ChangeExtension(ControlSocket.PathFor(stateDirectory), gateway.Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>Removes the control sockets of all gateways of an app that was stopped.</summary>
    public static void ForgetSockets(string stateDirectory)
    {
        var path = ControlSocket.PathFor(stateDirectory);
        foreach (var socket in Directory.GetFiles(Path.GetDirectoryName(path)!, Path.ChangeExtension(Path.GetFileName(path), "*")))
        {
            File.Delete(socket);
        }
    }

    /// <summary>Goes on reading what the old gateway tells of its requests, until it has ended.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await ReadAsync(_lines, cancellationToken) is { } line)
            {
                _inFlight = line.InFlight;
            }
        }
        catch (Exception fault) when (fault is IOException or JsonException or HttpRequestException or OperationCanceledException)
        {
            // It was killed, or the reading was cancelled: either way it has nothing more to tell.
        }

        _inFlight = _inFlight.Clear();
    }

    public void Dispose()
    {
        _lines.Dispose();
        _http.Dispose();
    }

    private static async Task<InFlightLine?> ReadAsync(StreamReader lines, CancellationToken cancellationToken) =>
        await lines.ReadLineAsync(cancellationToken) is { Length: <= LongestLine } line ? JsonSerializer.Deserialize(line, ProtocolJson.Default.InFlightLine) : null;
}
