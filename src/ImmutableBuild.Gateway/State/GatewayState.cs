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
    /// The state to go on with when the one written after this was lost. The lost one may have given the lease away under the next token, so
    /// nobody holds the lease now, and that token is spent (F05).
    /// </summary>
    public GatewayState AfterLoss() => this with { FencingToken = FencingToken + 1, Lease = null };

    public GenerationRecord? Find(GenerationId id) => Generations.FirstOrDefault(generation => generation.Spec.Id == id);

    public GatewayState With(GenerationRecord changed) =>
        this with { Generations = [.. Generations.Select(generation => generation.Spec.Id == changed.Spec.Id ? changed : generation)] };

    /// <summary>The state for a new holder of the lease, or none: nothing that an earlier one began to replace goes on.</summary>
    public GatewayState WithoutJoining() => this with { Generations = [.. Generations.Select(generation => generation.WithoutJoining())] };

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
    /// <summary>With what is known of an instance now; whether it has a place is not for the instance to say.</summary>
    public GenerationRecord With(InstanceRecord changed) => this with
    {
        Instances = [.. Instances.Select(instance => instance.Name == changed.Name ? changed with { Replaces = instance.Replaces, IsLeaving = instance.IsLeaving } : instance)],
    };

    /// <summary>The instance that is to take the place of <paramref name="instance"/>; null when there is none.</summary>
    public InstanceRecord? FindJoining(string instance) => Instances.FirstOrDefault(joining => joining.Replaces == instance);

    /// <summary>Whether an instance has a place here.</summary>
    public bool HasPlace(string instance) => Instances.Any(placed => placed.Name == instance && placed.HasPlace);

    /// <summary><paramref name="joining"/> in the place of the one it replaces, which leaves.</summary>
    public GenerationRecord Exchange(InstanceRecord joining)
    {
        var replaced = Instances.Single(instance => instance.Name == joining.Replaces);
        var others = Instances.Where(instance => instance.Name != joining.Name).Select(instance => instance.Name == replaced.Name ? joining with { Replaces = null } : instance);
        return this with { Instances = [.. others, replaced with { IsLeaving = true }] };
    }

    public GenerationRecord Without(string instance) => this with { Instances = Instances.RemoveAll(there => there.Name == instance) };

    /// <summary>The generation without instances that were to take a place: these leave, since whoever began their replacement holds the lease no more.</summary>
    public GenerationRecord WithoutJoining() => Instances.Any(instance => instance.Replaces is not null)
        ? this with { Instances = [.. Instances.Select(instance => instance.Replaces is null ? instance : instance with { Replaces = null, IsLeaving = true })] }
        : this;
}

/// <summary>
/// One instance: its port (0 for a worker), and the process that was last started for it, or the host it answers on where
/// something else starts it.
/// </summary>
internal sealed record InstanceRecord(string Name, int Port, ProcessIdentity? Process = null, int Restarts = 0, int? ExitCode = null, string? Host = null)
{
    /// <summary>The name of the instance whose place it is to take; it gets no requests yet. Null for one that has its place.</summary>
    public string? Replaces { get; init; }

    /// <summary>It was replaced, or given up: it drains and goes.</summary>
    public bool IsLeaving { get; init; }

    /// <summary>Whether it has a place in its generation.</summary>
    [JsonIgnore]
    public bool HasPlace => Replaces is null && !IsLeaving;

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
