namespace ImmutableBuild.Docker.Api.Transports;

/// <summary>ssh could not be started, or ended before the engine said anything.</summary>
internal sealed class SshException(string message, Exception? inner = null) : IOException(message, inner);
