using System.Collections.Immutable;
using ImmutableBuild.Images;
using ImmutableBuild.Releases.Source;

namespace ImmutableBuild.Releases;

/// <summary>What was published for one runtime.</summary>
public sealed record PublishRecord
{
    /// <summary>The publish output.</summary>
    public required string Directory { get; init; }

    /// <summary>The RID published for, <c>linux-x64</c>.</summary>
    public required string RuntimeIdentifier { get; init; }

    /// <summary>The output holds its own runtime.</summary>
    public required bool SelfContained { get; init; }

    /// <summary>The app's main assembly or executable within the output: <c>WebApi</c> (apphost) or <c>WebApi.dll</c>.</summary>
    public required string EntryPoint { get; init; }

    /// <summary>The state that the output was left in (<see cref="EarlierPublish.StampOf"/>).</summary>
    public Digest? Stamp { get; init; }

    /// <summary>The packages that NuGet restored for it, the runtime's among them where the output holds one.</summary>
    public ImmutableArray<Package> Packages { get => field.IsDefault ? [] : field; init; }

    /// <summary>The file with what these packages say of themselves; null where that is not known.</summary>
    public string? PackageDescriptions { get; init; }
}
