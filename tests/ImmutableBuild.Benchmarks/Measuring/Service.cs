using System.Collections.Immutable;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Benchmarks.Measuring;

/// <summary>
/// A program that serves until it is disposed of, in a session of its own as services have it. Linux shares processors out by
/// session first (sched_autogroup), so a subject that stayed in the session of the load would be favoured over one that doesn't.
/// </summary>
internal sealed class Service : IAsyncDisposable
{
    private readonly IProcessHost _host = ProcessHost.ForThisSystem();
    private readonly ProcessIdentity _leader;

    private Service(ProcessStart start) => _leader = _host.Start(start);

    /// <summary>Its process number.</summary>
    public int Id => _leader.Id;

    /// <summary>Starts it with <paramref name="environment"/> and where .NET is.</summary>
    public static Service Start(string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment) => new(new ProcessStart
    {
        Program = program,
        Arguments = [.. arguments],
        Environment = environment.Append(("DOTNET_ROOT", DotnetRoot)).ToImmutableSortedDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal),
        WorkingDirectory = Path.GetTempPath(),
    });

    /// <summary>Where this process' own runtime is, from &lt;root&gt;/shared/Microsoft.NETCore.App/&lt;version&gt;/.</summary>
    public static string DotnetRoot => Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    /// <summary>Returns once it has ended by itself.</summary>
    public Task EndedAsync() => _host.WaitForExitAsync(_leader, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        _host.Kill(_leader);
        await EndedAsync();
    }
}
