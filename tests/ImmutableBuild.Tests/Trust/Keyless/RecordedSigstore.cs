using System.Text;
using ImmutableBuild.Tests.Generated;

namespace ImmutableBuild.Tests.Trust.Keyless;

/// <summary>What cosign 3.1.1 made of a statement with the Sigstore of the rig (tests/rig/sigstore.cjs), and whom to trust for it.</summary>
internal static class RecordedSigstore
{
    /// <summary>The bundle: certificate, log entry in a tree of six, timestamp, statement.</summary>
    public static byte[] Bundle => Read("bundle.json");

    /// <summary>The trusted root.</summary>
    public static byte[] Root => Read("trusted_root.json");

    private static byte[] Read(string file) =>
        Encoding.UTF8.GetBytes(File.ReadAllText(Path.Combine(GeneratedFile.RepositoryRoot(), "tests/ImmutableBuild.Tests/Trust/Keyless/Recorded", file)).Trim());
}
