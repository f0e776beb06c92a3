using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Trust.Verification;

/// <summary>An image as people name it to have it verified: by digest, since a tag may mean another one a moment later (R3).</summary>
/// <param name="Repository"><c>host/repository</c>, or <c>local/app</c> for the embedded store.</param>
/// <param name="Image">Its digest.</param>
public sealed record ImageToVerify(string Repository, Digest Image)
{
    /// <summary>Reads <c>host/repository@sha256:…</c>; a tag before the '@' is left out. IMB4037 for anything else.</summary>
    public static ImageToVerify Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.LastIndexOf('@');
        if (at < 0 || !Digest.TryParse(text[(at + 1)..], out var digest) || !text[..at].Contains('/', StringComparison.Ordinal))
        {
            throw AttestationErrors.NotByDigest(text);
        }

        var name = text[..at];
        var colon = name.LastIndexOf(':');
        return new ImageToVerify(colon > name.LastIndexOf('/') ? name[..colon] : name, digest);
    }
}
