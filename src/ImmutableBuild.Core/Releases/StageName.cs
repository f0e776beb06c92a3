namespace ImmutableBuild.Releases;

/// <summary>The stages of the chain, in order.</summary>
public enum StageName
{
    /// <summary>Publish the project, deterministically, and note the source it came from.</summary>
    Compile,

    /// <summary>Make an OCI image from the publish output.</summary>
    Bake,

    /// <summary>List what is in the image and judge it.</summary>
    Scan,

    /// <summary>Sign the image's digest.</summary>
    Sign,

    /// <summary>Bring image and signature to the registry, tagged by commit.</summary>
    Push,

    /// <summary>Verify, then create the new generation beside the old one.</summary>
    Deploy,

    /// <summary>Judge the new generation, then move the route to it.</summary>
    HealthGate,

    /// <summary>Destroy what no route names.</summary>
    DestroyOld,
}
