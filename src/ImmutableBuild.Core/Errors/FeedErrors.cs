using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>IMB3023-3029: sources of advisories that are signed.</summary>
public static class FeedErrors
{
    private static readonly ErrorDescriptor SuiteRefusedDescriptor = new(
        "IMB3023", "A Debian suite is not what its signature says",
        "With ImmutableDebianKeyring, the suite's InRelease has to be signed by keys of that keyring, be of the release that is meant, and list the index with the hash that it has. One of these is not so: someone may want updates to go unseen.",
        "See what the message names. A keyring has to have every key that signs the suite: Debian's is debian-archive-keyring.gpg. If the mirror was just updated, run the scan again.");

    /// <summary>The rows of this file.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } = [SuiteRefusedDescriptor];

    /// <summary>A suite that is not what it should be.</summary>
    public static ImmutableBuildException SuiteRefused(string place, string why) => new(new Diagnostic(
        SuiteRefusedDescriptor, $"The index {PrintableText.Of(place)} is refused: {PrintableText.Of(why.TrimEnd('.'))}. Nothing of it was used."));
}
