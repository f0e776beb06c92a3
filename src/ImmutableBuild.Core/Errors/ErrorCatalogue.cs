using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>Every code the product can print. <see cref="Page"/> is generated from it; a test keeps the two equal.</summary>
public static class ErrorCatalogue
{
    /// <summary>The page, within the repository and beside every program that brings it.</summary>
    public const string Page = "docs/errors.md";

    /// <summary>All descriptors, by code.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        .. new[]
        {
            ConfigurationErrors.All, GitHubErrors.All, BakeErrors.All, DockerfileErrors.All, ScanErrors.All, FeedErrors.All, TrustErrors.All, KeyErrors.All, KeylessErrors.All, AttestationErrors.All, RegistryErrors.All,
            DeployErrors.All, GateErrors.All, DestroyErrors.All, DebugErrors.All, PromoteErrors.All, GatewayErrors.All, LocalErrors.All, DockerErrors.All, ToolErrors.All, ShellErrors.All, InternalErrors.All,
        }.SelectMany(range => range).OrderBy(descriptor => descriptor.Code, StringComparer.Ordinal),
    ];

    /// <summary>The descriptor of <paramref name="code"/>; null when there is none.</summary>
    public static ErrorDescriptor? Find(string code) => All.FirstOrDefault(descriptor => descriptor.Code == code);
}
