using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ImmutableBuild.Images;

namespace ImmutableBuild.Generations;

/// <summary>How an instance is asked whether it is ready.</summary>
public enum ProbeKind
{
    /// <summary>GET <see cref="Probe.Path"/>; 200 to 299 is healthy.</summary>
    Http,

    /// <summary>A TCP connection is accepted.</summary>
    Tcp,

    /// <summary>The process is alive; for apps that listen on nothing.</summary>
    Process,
}

/// <summary>How the target probes each instance.</summary>
/// <param name="Kind">What is asked.</param>
/// <param name="Path">The path of an HTTP probe.</param>
/// <param name="Interval">Time between two probes of one instance.</param>
/// <param name="Timeout">A probe that takes longer has failed.</param>
public sealed record Probe(ProbeKind Kind, string Path, TimeSpan Interval, TimeSpan Timeout)
{
    /// <summary>GET /health each 200 ms, 2 s at most.</summary>
    public static Probe Default { get; } = new(ProbeKind.Http, "/health", TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2));
}

/// <summary>A secret that instances get as an environment variable. Only the name and a digest of the value are kept.</summary>
/// <param name="Variable">The variable in the release's own environment that holds the value.</param>
/// <param name="ValueDigest"><see cref="SecretDigest"/> of its value, so that a changed secret makes a new generation.</param>
public sealed record SecretReference(string Variable, Digest ValueDigest);

/// <summary>
/// Everything that, beside the image, decides how instances behave. It is part of the generation's identity:
/// any change makes a new generation (F33).
/// </summary>
public sealed record RuntimeConfiguration
{
    /// <summary>Environment variables of each instance, by name.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init => field = Ordinal(value); } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Secrets of each instance, by the variable's name in the instance.</summary>
    public ImmutableSortedDictionary<string, SecretReference> Secrets { get; init => field = Ordinal(value); } = ImmutableSortedDictionary.Create<string, SecretReference>(StringComparer.Ordinal);

    /// <summary>Secrets of each instance as files in <see cref="SecretFile.Directory"/>, by file name; null for none.</summary>
    public ImmutableSortedDictionary<string, SecretReference>? SecretFiles { get; init => field = value is { IsEmpty: true } ? null : Ordinal(value); }

    /// <summary>Where data volumes are seen by each instance: absolute paths, by the volume's name; null for none. The data outlives every generation.</summary>
    public ImmutableSortedDictionary<string, string>? DataVolumes { get; init => field = value is { IsEmpty: true } ? null : Ordinal(value); }

    /// <summary>
    /// What the target's system alone knows of how instances run, by the setting's name: a type of machine, a service account; null for none. Which names there are,
    /// <see cref="Releases.TargetKind.PlatformSettings"/> says; what the values mean is the target's.
    /// </summary>
    public ImmutableSortedDictionary<string, string>? PlatformSettings { get; init => field = value is { IsEmpty: true } ? null : Ordinal(value); }

    /// <summary>Arguments after the image's entry point.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>The port the app listens on inside its image; null for an app that listens on nothing (a worker).</summary>
    public int? Port { get; init; } = 8080;

    /// <summary>Instances asked for, at least 1.</summary>
    public int Instances { get; init; } = 1;

    /// <summary>The most memory an instance may use, in bytes; null for no limit.</summary>
    public long? Memory { get; init; }

    /// <summary>The most processors an instance may use, 1.5 say; null for no limit.</summary>
    public double? Cpus { get; init; }

    /// <summary>How each instance is probed.</summary>
    public Probe Probe { get; init; } = Probe.Default;

    /// <summary>Time in-flight requests get to end once the route has left the generation.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time between SIGTERM and SIGKILL of an instance's process group.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time long-lived streams (WebSocket, server-sent events, gRPC streams) get once draining begins.</summary>
    public TimeSpan StreamDrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The bytes the generation id is derived from: compact JSON, names sorted, defaults written out.</summary>
    public byte[] ToCanonicalJson() => JsonSerializer.SerializeToUtf8Bytes(this, GenerationsJson.Default.RuntimeConfiguration);

    // A map that was read from JSON has the order of the reader's language, which must not decide the identity.
    [return: NotNullIfNotNull(nameof(map))]
    private static ImmutableSortedDictionary<string, T>? Ordinal<T>(ImmutableSortedDictionary<string, T>? map) => map?.WithComparers(StringComparer.Ordinal);
}
