namespace ImmutableBuild.Trust.Attestations;

/// <summary>Who builds, by the URI that names it. None of them is a platform that vouches for its builds: what they say is worth the key it is signed with.</summary>
internal static class Builders
{
    /// <summary>A release on any machine.</summary>
    public const string Local = "https://immutablebuild.dev/builder/local@v1";

    /// <summary>A release in a GitHub Actions job, signed by the job: its GitHub fields come from the environment, which the job controls.</summary>
    public const string GitHub = "https://immutablebuild.dev/builder/github-actions-selfsigned@v1";
}
