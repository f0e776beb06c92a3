namespace ImmutableBuild.Docker.Api;

/// <summary>What a failed call means to its caller.</summary>
internal enum DockerErrorKind
{
    /// <summary>The engine understood and won't.</summary>
    Refused,

    /// <summary>404: there is no such thing.</summary>
    NotFound,

    /// <summary>409: the name is taken, or the thing's state forbids it.</summary>
    Conflict,

    /// <summary>401 and 403: by the engine, or a registry it asked.</summary>
    Forbidden,

    /// <summary>5xx: the engine failed.</summary>
    EngineFault,

    /// <summary>No reply, or none that was whole or in time: whether the call took effect is unknown.</summary>
    NoReply,

    /// <summary>A reply that isn't what the API says.</summary>
    NotUnderstood,
}
