using System.Collections.Immutable;
using System.Net;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Debugging;
using ImmutableBuild.Images;
using ImmutableBuild.Registries;
using ImmutableBuild.Scanning;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Verification;

namespace ImmutableBuild.Releases;

/// <summary>Everything a user can decide about a release, validated as a whole before the first side effect.</summary>
public sealed record ReleaseOptions
{
    /// <summary>What is released, and where for.</summary>
    public required AppKey App { get; init; }

    /// <summary>What was set, by the option's name, as it was written; the rest are defaults. Secrets are none of it: options name the variables that hold them.</summary>
    public ImmutableSortedDictionary<string, string> Given { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The target's name: that of one of <see cref="TargetKind.All"/>.</summary>
    public string Target { get; init; } = TargetKind.Local.Name;

    /// <summary>Release from a dirty working tree. Never allowed for a protected environment.</summary>
    public bool AllowDirty { get; init; }

    /// <summary>Files and directories, absolute, that git ignores and the build makes: they may get into the image.</summary>
    public ImmutableArray<string> BuildOutputs { get; init; } = [];

    /// <summary>A protected environment (by default <c>production</c>, unless the target is <c>local</c>) refuses what others only warn about.</summary>
    public bool Protected { get; init; }

    /// <summary>Where the embedded store, keys and gateways live.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>How the image is made.</summary>
    public BakeOptions Bake { get; init; } = new();

    /// <summary>What the scanner refuses.</summary>
    public ScanOptions Scan { get; init; } = new();

    /// <summary>How the image is signed and verified.</summary>
    public SignOptions Sign { get; init; } = new();

    /// <summary>What an image is held to before it runs.</summary>
    public VerifyOptions Verify { get; init; } = new();

    /// <summary>Where the image goes.</summary>
    public PushOptions Push { get; init; } = new();

    /// <summary>How instances run.</summary>
    public RuntimeConfiguration Runtime { get; init; } = new();

    /// <summary>Secrets of the instances: variable in the instance → variable of the release's own environment that holds the value.</summary>
    public ImmutableSortedDictionary<string, string> SecretVariables { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Secrets of the instances as files: file name → variable of the release's own environment that holds the value.</summary>
    public ImmutableSortedDictionary<string, string> SecretFileVariables { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>How traffic moves.</summary>
    public RolloutPlan Rollout { get; init; } = new();

    /// <summary>The public port of the app on the targets <c>local</c> and <c>docker</c>; 0 lets the target choose one and keep it.</summary>
    public int PublicPort { get; init; }

    /// <summary>The address that <see cref="PublicPort"/> is on; null keeps the one it has, and is loopback at first.</summary>
    public IPAddress? Bind { get; init; }

    /// <summary>On the <c>docker</c> target: the image that the gateway's is made upon, one with the ASP.NET Core runtime.</summary>
    public string GatewayBaseImage { get; init; } = "mcr.microsoft.com/dotnet/aspnet:10.0";

    /// <summary>On the <c>docker</c> target: where the instances' output goes; null for the engine's default.</summary>
    public string? LogDriver { get; init; }

    /// <summary>For Debug alone: how to look.</summary>
    public DebugRequest Debug { get; init; } = DebugRequest.Default;

    /// <summary>For drift alone: the file that the report goes to, as JSON; null for none.</summary>
    public string? DriftFile { get; init; }

    /// <summary>For a promotion alone: what is promoted.</summary>
    public PromoteOptions Promote { get; init; } = new();

    /// <summary>What GitHub is told.</summary>
    public GitHubOptions GitHub { get; init; } = new();

    /// <summary>For a rollback alone: the generation to go to; null takes the one that was live before.</summary>
    public GenerationId? RollbackTo { get; init; }
}
