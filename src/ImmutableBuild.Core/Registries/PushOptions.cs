using System.Collections.Immutable;

namespace ImmutableBuild.Registries;

/// <summary>Where the image goes.</summary>
public sealed record PushOptions
{
    /// <summary><c>ContainerRegistry</c>: <c>host[:port]</c>; null for the embedded store under the data directory.</summary>
    public string? Registry { get; init; }

    /// <summary><c>ImmutableMirrorRegistries</c>: registries that get the image as well, under the same repository.</summary>
    public ImmutableArray<string> Mirrors { get; init; } = [];

    /// <summary><c>ContainerImageTag</c> and <c>ContainerImageTags</c>: tags beside the commit's. They never move either.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>The environment variable that holds the user name.</summary>
    public string? UserVariable { get; init; }

    /// <summary>The environment variable that holds the password or token.</summary>
    public string? PasswordVariable { get; init; }

    /// <summary>Talk plain HTTP to the registry; loopback addresses need no permission, nor do <see cref="InsecureRegistries"/>.</summary>
    public bool AllowHttp { get; init; }

    /// <summary><c>ImmutableRegistryCertificates</c>: a directory of the form of docker's <c>/etc/docker/certs.d</c>, looked into before that one.</summary>
    public string? Certificates { get; init; }
}
