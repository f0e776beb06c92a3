namespace ImmutableBuild.Images;

/// <summary><c>ContainerAppCommandInstruction</c>: which part of the image's configuration starts the app.</summary>
public enum AppCommandInstruction
{
    /// <summary>The entry point; the default.</summary>
    Entrypoint,

    /// <summary>The default arguments, after an entry point of the user's; the default where there is one.</summary>
    DefaultArgs,

    /// <summary>Nothing: the user's entry point starts the app itself.</summary>
    None,
}
