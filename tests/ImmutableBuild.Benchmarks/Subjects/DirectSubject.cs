using System.Globalization;
using ImmutableBuild.Benchmarks.Measuring;

namespace ImmutableBuild.Benchmarks.Subjects;

/// <summary>The app itself, with nothing in front: what the others are measured against.</summary>
internal sealed class DirectSubject : ISubject
{
    private readonly Service _process;

    private DirectSubject(Service process, int port)
    {
        _process = process;
        Address = new Uri($"http://127.0.0.1:{port}/");
    }

    public string Name => "direct";

    public Uri Address { get; }

    public static async Task<DirectSubject> StartAsync(CancellationToken cancellationToken)
    {
        var port = Ports.Free();
        var process = Service.Start(Environment.ProcessPath!, [HelloApp.Verb], ("PORT", port.ToString(CultureInfo.InvariantCulture)));
        var subject = new DirectSubject(process, port);
        await Ports.UntilAnsweredAsync(subject.Address, cancellationToken);
        return subject;
    }

    public IReadOnlyList<int> Processes => [];

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
