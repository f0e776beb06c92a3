namespace ImmutableBuild.Docker.Api.Endpoints;

/// <summary>Where an engine listens.</summary>
internal abstract record DockerEndpoint
{
    /// <summary>The address as people write it; holds no secret.</summary>
    public abstract string Address { get; }

    /// <inheritdoc/>
    public sealed override string ToString() => Address;
}

/// <summary>A Unix socket.</summary>
internal sealed record UnixSocketEndpoint(string Path) : DockerEndpoint
{
    /// <inheritdoc/>
    public override string Address => $"unix://{Path}";
}

/// <summary>A named pipe of Windows.</summary>
internal sealed record NamedPipeEndpoint(string Server, string Pipe) : DockerEndpoint
{
    /// <inheritdoc/>
    public override string Address => $"npipe:////{Server}/pipe/{Pipe}";
}

/// <summary>TCP; plain where <paramref name="Tls"/> is null.</summary>
internal sealed record TcpEndpoint(string Host, int Port, TlsFiles? Tls) : DockerEndpoint
{
    /// <inheritdoc/>
    public override string Address => $"tcp://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";
}

/// <summary>The engine of another host, through its ssh.</summary>
internal sealed record SshEndpoint(string? User, string Host, int? Port) : DockerEndpoint
{
    /// <inheritdoc/>
    public override string Address => $"ssh://{(User is null ? "" : User + "@")}{Host}{(Port is { } port ? $":{port}" : "")}";
}
