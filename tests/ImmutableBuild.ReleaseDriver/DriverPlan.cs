using System.Text.Json;
using System.Text.Json.Serialization;
using ImmutableBuild.Generations;

namespace ImmutableBuild.ReleaseDriver;

/// <summary>One release for the driver to run, as a file that its test writes.</summary>
/// <param name="DataDirectory">The local target's data directory.</param>
/// <param name="GatewayProgram">The path of the gateway's dll.</param>
/// <param name="Layout">The OCI layout that holds the image.</param>
/// <param name="Spec">What to release.</param>
/// <param name="Holder">The lease holder's name.</param>
/// <param name="LeaseSeconds">How long the lease lasts without renewal.</param>
/// <param name="PauseAt">The changing call to stop at, counted from 1 and without renewals of the lease; 0 to never stop.</param>
/// <param name="PauseAfter">Stop once the target has done it, before anyone hears of it, instead of before it is sent.</param>
/// <param name="PauseOn">The words with which the changing call to stop at begins, such as <c>route</c>; null for none.</param>
/// <param name="Suspends">Stop the whole process (SIGSTOP), which goes on when it is continued (SIGCONT), instead of hanging for good.</param>
/// <param name="ClockHours">How far its clock is off.</param>
/// <param name="Plan">How traffic moves; null for all at once and a soak time of a quarter of a second.</param>
/// <param name="Docker">The engine to release to; null for the local target.</param>
public sealed record DriverPlan(
    string DataDirectory,
    string GatewayProgram,
    string Layout,
    GenerationSpec Spec,
    string Holder,
    double LeaseSeconds,
    int PauseAt = 0,
    bool PauseAfter = false,
    string? PauseOn = null,
    bool Suspends = false,
    double ClockHours = 0,
    RolloutPlan? Plan = null,
    DriverEngine? Docker = null)
{
    /// <summary>What the driver prints when it stops at <see cref="PauseAt"/>.</summary>
    public const string Paused = "paused";

    /// <summary>Reads the plan in <paramref name="file"/>.</summary>
    public static DriverPlan Read(string file) => JsonSerializer.Deserialize(File.ReadAllBytes(file), DriverJson.Default.DriverPlan)!;

    /// <summary>Writes the plan to <paramref name="file"/>.</summary>
    public void Write(string file) => File.WriteAllBytes(file, JsonSerializer.SerializeToUtf8Bytes(this, DriverJson.Default.DriverPlan));
}

/// <summary>An engine that has all images already.</summary>
/// <param name="Address">Its address, as DOCKER_HOST has it.</param>
/// <param name="Image">The id of the generation's image.</param>
/// <param name="GatewayImage">The id of the gateway's image.</param>
public sealed record DriverEngine(string Address, string Image, string GatewayImage);

[JsonSourceGenerationOptions(UseStringEnumConverter = true)]
[JsonSerializable(typeof(DriverPlan))]
internal sealed partial class DriverJson : JsonSerializerContext;
