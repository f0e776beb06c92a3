using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Content;

/// <summary>The base image was named by a tag.</summary>
internal static class FloatingBase
{
    /// <summary>The rule's row in the catalogue.</summary>
    public static ErrorDescriptor Rule { get; } = new(
        "IMB3108", "The base image is named by a tag",
        "A tag moves: the same commit, built tomorrow, may get another base, and so another digest. Where immutable.lock.json pins the tag it does not, but nothing in the image shows that.",
        "Name the base by digest, name:tag@sha256:…, in ContainerBaseImage or in the Dockerfile's FROM; the message shows today's. Nothing has to be done where immutable.lock.json pins it (-t:UpdateBase).");

    /// <summary>Looks at the name that Bake noted (OCI annotation <c>org.opencontainers.image.base.name</c>).</summary>
    public static IEnumerable<Finding> Check(ContentContext context)
    {
        var facts = context.Image.Manifest.Annotations ?? context.Image.Config.Config?.Labels;
        if (facts?.GetValueOrDefault(OciAnnotations.BaseName) is { Length: > 0 } name && !name.Contains("@sha256:", StringComparison.Ordinal))
        {
            var digest = facts.GetValueOrDefault(OciAnnotations.BaseDigest);
            yield return new Finding
            {
                Id = Rule.Code,
                Severity = FindingSeverity.Low,
                Subject = "base image",
                Message = digest is null ? $"The base is '{name}'." : $"The base is '{name}', today {name}@{digest}.",
                WayOut = Rule.Cure,
            };
        }
    }
}
