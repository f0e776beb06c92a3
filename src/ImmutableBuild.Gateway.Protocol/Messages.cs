using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Gateway;

/// <summary>
/// How the gateway starts the processes of a generation. The gateway adds, for each instance: its port
/// (<c>ASPNETCORE_URLS</c>, <c>PORT</c>), <c>IMMUTABLE_GENERATION</c>, <c>IMMUTABLE_INSTANCE</c>, <c>HOME</c>, <c>TMPDIR</c>.
/// </summary>
/// <param name="Executable">Absolute path of the program in the unpacked image.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="ContentRoot">Absolute path of the app's files; given to the app as <c>ASPNETCORE_CONTENTROOT</c> and <c>DOTNET_CONTENTROOT</c>.</param>
/// <param name="Environment">The image's and the configuration's variables, and the secrets' values. Nothing else is inherited.</param>
public sealed record LaunchPlan(
    string Executable,
    ImmutableArray<string> Arguments,
    string ContentRoot,
    ImmutableSortedDictionary<string, string> Environment);

/// <summary>Where an instance answers that something else than the gateway starts and watches.</summary>
/// <param name="Name">The instance's name within its generation.</param>
/// <param name="Host">A DNS name or an IP address that the gateway reaches. A name is looked up anew for each connection.</param>
/// <param name="Port">Its port; 0 for a worker.</param>
public sealed record InstancePlace(string Name, string Host, int Port);

/// <summary><c>POST /v1/generations</c>: with the processes of <paramref name="Launch"/>, or, where that is null, with the instances at <see cref="Places"/>.</summary>
public sealed record CreateRequest(GenerationSpec Spec, LaunchPlan? Launch, Lease Lease)
{
    /// <summary>The instances that the gateway does not start itself, as many as the generation has.</summary>
    public ImmutableArray<InstancePlace> Places { get; init; } = [];

    /// <summary>The instances of <see cref="Places"/> were all started. Until a request says so, the generation counts as being created.</summary>
    public bool AllStarted { get; init; }
}

/// <summary><c>PUT /v1/route</c>.</summary>
public sealed record RouteRequest(Route Route, Lease Lease);

/// <summary><c>POST /v1/generations/{id}/destroy</c>, <c>POST /v1/lease/release</c>, <c>POST /v1/stop</c>.</summary>
public sealed record LeasedRequest(Lease Lease);

/// <summary><c>POST /v1/generations/{id}/instances/{name}/replacement</c>: a fresh instance beside that one, or what becomes of it.</summary>
/// <param name="Change">The step.</param>
/// <param name="Lease">The lease.</param>
public sealed record ReplaceRequest(ReplacementStep Change, Lease Lease)
{
    /// <summary>To begin where something else starts instances: where the fresh one will be. Null where the gateway starts it.</summary>
    public InstancePlace? Place { get; init; }
}

/// <summary><c>POST /v1/ledger</c>.</summary>
public sealed record AppendRequest(LedgerEntry Entry, Lease Lease);

/// <summary><c>POST /v1/upgrade</c>.</summary>
/// <param name="Program">The directory with the program that takes this one's place.</param>
/// <param name="Lease">The lease.</param>
public sealed record UpgradeRequest(string Program, Lease Lease);

/// <summary>A line of <c>POST /v1/yield</c>: the requests that the gateway which leaves still works on, by generation.</summary>
public sealed record InFlightLine(ImmutableSortedDictionary<string, long> InFlight);

/// <summary><c>GET /v1/info</c>: who this gateway is.</summary>
/// <param name="App">The one app and environment it serves.</param>
/// <param name="ProtocolVersion">The version of these words, <see cref="GatewayProtocol.Version"/>.</param>
/// <param name="ProductVersion">The build of the gateway.</param>
/// <param name="ProcessId">Its process.</param>
/// <param name="PublicPort">The port it serves on; 0 for an app without one.</param>
public sealed record GatewayInfo(AppKey App, int ProtocolVersion, string ProductVersion, int ProcessId, int PublicPort)
{
    /// <summary>The IP address that its port is on; null from gateways of before it could be another than 127.0.0.1.</summary>
    public string? PublicAddress { get; init; }

    /// <summary>The directory of the program that it runs; null from gateways of before it was told.</summary>
    public string? Program { get; init; }

    /// <summary>The directory of the program that is to take its place; null when none is.</summary>
    public string? Next { get; init; }
}

/// <summary>The body of every answer that is not 2xx.</summary>
public sealed record ErrorReply(string Code, string Message, bool IsTransient);

/// <summary>The lines of <c>GET /v1/generations/{id}/instances/{name}/log?lines=n</c>.</summary>
public sealed record LogReply(ImmutableArray<string> Lines);

/// <summary>The JSON form of the messages.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CreateRequest))]
[JsonSerializable(typeof(RouteRequest))]
[JsonSerializable(typeof(LeasedRequest))]
[JsonSerializable(typeof(AppendRequest))]
[JsonSerializable(typeof(ReplaceRequest))]
[JsonSerializable(typeof(LeaseRequest))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(Observation))]
[JsonSerializable(typeof(UpgradeRequest))]
[JsonSerializable(typeof(InFlightLine))]
[JsonSerializable(typeof(GatewayInfo))]
[JsonSerializable(typeof(ErrorReply))]
[JsonSerializable(typeof(LogReply))]
public sealed partial class ProtocolJson : JsonSerializerContext;
