using System.ComponentModel;
using System.Diagnostics;
using ImmutableBuild.Docker.Api.Endpoints;

namespace ImmutableBuild.Docker.Api.Transports;

/// <summary>Reaches the engine of another host through the ssh program: one process for each connection.</summary>
/// <param name="endpoint">User, host and port, of letters that mean nothing to ssh or a shell.</param>
/// <param name="program">The ssh program.</param>
internal sealed class SshTransport(SshEndpoint endpoint, string program) : IEngineTransport
{
    /// <inheritdoc/>
    public ValueTask<EngineStream> ConnectAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var start = new ProcessStartInfo(program, Arguments())
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, CreateNoWindow = true,
        };
        try
        {
            return ValueTask.FromResult(new SshProcess(Process.Start(start)!).Stream);
        }
        catch (Win32Exception fault)
        {
            throw new SshException($"{program} can't be started: {fault.Message}", fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    // BatchMode: a build has nobody to type a password.
    private List<string> Arguments()
    {
        List<string> arguments = ["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=30"];
        if (endpoint.User is { } user)
        {
            arguments.AddRange(["-l", user]);
        }

        if (endpoint.Port is { } port)
        {
            arguments.AddRange(["-p", $"{port}"]);
        }

        arguments.AddRange(["--", endpoint.Host, "docker", "system", "dial-stdio"]);
        return arguments;
    }
}
