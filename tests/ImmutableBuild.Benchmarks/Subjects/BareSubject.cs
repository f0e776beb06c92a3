using System.Globalization;
using ImmutableBuild.Benchmarks.Measuring;

namespace ImmutableBuild.Benchmarks.Subjects;

/// <summary>The <see cref="BareForwarder"/>, with the settings of .NET that the gateway has.</summary>
internal sealed class BareSubject : ISubject
{
    private readonly Service _process;

    private BareSubject(Service process, int port) => (_process, Address) = (process, new Uri($"http://127.0.0.1:{port}/"));

    public string Name => "bare Kestrel";

    public Uri Address { get; }

    public static async Task<BareSubject> StartAsync(Uri app, CancellationToken cancellationToken)
    {
        var port = Ports.Free();
        var process = Service.Start(
            Environment.ProcessPath!,
            [BareForwarder.Verb],
            ("PORT", port.ToString(CultureInfo.InvariantCulture)),
            (BareForwarder.AppVariable, app.Port.ToString(CultureInfo.InvariantCulture)),
            ("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1"),
            ("DOTNET_ThreadPool_UnfairSemaphoreSpinLimit", "0"),
            ("DOTNET_gcConcurrent", "0"));
        var subject = new BareSubject(process, port);
        await Ports.UntilAnsweredAsync(subject.Address, cancellationToken);
        return subject;
    }

    public IReadOnlyList<int> Processes => [_process.Id];

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
