using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Generations;
using ImmutableBuild.Processes;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Gateway.State;

/// <summary>Everything a gateway must know again after it was killed. Immutable: a change is a new state, on disk before it counts.</summary>
internal sealed record GatewayState
{
    /// <summary>The form that this version writes; it also reads all earlier ones.</summary>
    public const int CurrentSchema = 1;

    public required int Schema { get; init; }

    public required AppKey App { get; init; }

    /// <summary>The gateway's clock when this was written. The clock of the next gateway never begins before it.</summary>
    public DateTimeOffset WrittenAt { get; init; }

    /// <summary>The newest fencing token ever given; it never falls, also when no lease is held (F05).</summary>
    public long FencingToken { get; init; }

    public LeaseState? Lease { get; init; }

    public Route Route { get; init; } = Route.None;

    public DateTimeOffset RouteSince { get; init; }

    public ImmutableArray<GenerationRecord> Generations { get; init; } = [];

    /// <summary>The state of an app that has none. Tokens begin at the clock's milliseconds: those given before the app was stopped stay older.</summary>
    public static GatewayState New(AppKey app, DateTimeOffset now) =>
        new() { Schema = CurrentSchema, App = app, FencingToken = now.ToUnixTimeMilliseconds(), RouteSince = now };

    /// <summary>
    /// What goes on when the state after this one was lost. That one may have given the lease away under the next token, so nobody
    /// holds it now, and that token is spent (F05).
    /// </summary>
    public GatewayState AfterLoss() => this with { FencingToken = FencingToken + 1, Lease = null };

    public GenerationRecord? Find(GenerationId id) => Generations.FirstOrDefault(generation => generation.Spec.Id == id);

    public GatewayState With(GenerationRecord changed) =>
        this with { Generations = [.. Generations.Select(generation => generation.Spec.Id == changed.Spec.Id ? changed : generation)] };

    public GatewayState Without(GenerationId id) => this with { Generations = Generations.RemoveAll(generation => generation.Spec.Id == id) };
}

/// <summary>One generation. It has no launch plan where something else starts its instances. The plan holds secrets' values, which is why the file is its owner's alone.</summary>
internal sealed record GenerationRecord(
    GenerationSpec Spec,
    LaunchPlan? Launch,
    DateTimeOffset CreatedAt,
    GenerationPhase Phase,
    ImmutableArray<InstanceRecord> Instances)
{
    public GenerationRecord With(InstanceRecord changed) =>
        this with { Instances = [.. Instances.Select(instance => instance.Name == changed.Name ? changed : instance)] };
}

/// <summary>
/// One instance: its port (0 for a worker), and the process that was last started for it, or the host it answers on where
/// something else starts it.
/// </summary>
internal sealed record InstanceRecord(string Name, int Port, ProcessIdentity? Process = null, int Restarts = 0, int? ExitCode = null, string? Host = null)
{
    /// <summary>Where it answers; null for a worker.</summary>
    [JsonIgnore]
    public InstanceAddress? Address => Port == 0 ? null : Host is null ? InstanceAddress.Loopback(Port) : new InstanceAddress(Host, Port);
}

/// <summary>The JSON form of the state.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GatewayState))]
[JsonSerializable(typeof(SchemaOnly))]
internal sealed partial class StateJson : JsonSerializerContext;

/// <summary>What is read first, so that a newer schema is told from a broken file.</summary>
internal sealed record SchemaOnly(int Schema);
