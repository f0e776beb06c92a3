using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Registries;

/// <summary>
/// Where an image is: <c>host[:port]/repository[:tag][@digest]</c>, with Docker's short forms: no host means <c>docker.io</c>,
/// and one part alone there means <c>library/</c> (distribution's <c>reference</c> grammar).
/// </summary>
public sealed partial record ImageReference
{
    private const int MaxLength = 512;
    private const string DockerHub = "docker.io";

    private ImageReference(string host, string repository, string? tag, Digest? digest) =>
        (Host, Repository, Tag, Digest) = (host, repository, tag, digest);

    /// <summary>The registry's <c>host[:port]</c>.</summary>
    public string Host { get; }

    /// <summary>The repository within the registry.</summary>
    public string Repository { get; }

    /// <summary>The tag; null where none is written.</summary>
    public string? Tag { get; }

    /// <summary>The digest; null where none is written.</summary>
    public Digest? Digest { get; }

    /// <summary>It names whatever is newest: no digest, and no tag or <c>latest</c> (F35).</summary>
    public bool IsFloating => Digest is null && Tag is null or "latest";

    /// <summary>Parses a reference; throws IMB5001 when it is none.</summary>
    public static ImageReference Parse(string text) => TryParse(text, out var reference) ? reference : throw RegistryErrors.ReferenceInvalid(text);

    /// <summary>Parses a reference.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ImageReference? reference)
    {
        reference = null;
        if (text is not { Length: > 0 and <= MaxLength } || !TryCutDigest(text, out var named, out var digest))
        {
            return false;
        }

        var colon = named.LastIndexOf(':');
        var hasTag = colon > named.LastIndexOf('/');
        var tag = hasTag ? named[(colon + 1)..] : null;
        var (host, repository) = SplitHost(hasTag ? named[..colon] : named);
        if (!IsHost(host) || !IsRepository(repository) || (tag is not null && !IsTag(tag)))
        {
            return false;
        }

        reference = new ImageReference(host, repository, tag, digest);
        return true;
    }

    /// <summary>Whether <paramref name="text"/> is a repository's name (distribution-spec, "Pulling manifests").</summary>
    public static bool IsRepository(string text) => text.Length <= 255 && RepositoryPattern().IsMatch(text);

    /// <summary>Whether <paramref name="text"/> is a registry's <c>host[:port]</c>.</summary>
    public static bool IsHost(string text) => text.Length <= 255 && HostPattern().IsMatch(text);

    /// <summary>Whether <paramref name="text"/> is a tag.</summary>
    public static bool IsTag(string text) => TagPattern().IsMatch(text);

    /// <inheritdoc/>
    public override string ToString() => $"{Host}/{Repository}{(Tag is null ? "" : $":{Tag}")}{(Digest is null ? "" : $"@{Digest}")}";

    private static bool TryCutDigest(string text, out string named, out Digest? digest)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        named = at < 0 ? text : text[..at];
        digest = null;
        if (at < 0)
        {
            return true;
        }

        var valid = Images.Digest.TryParse(text[(at + 1)..], out var parsed);
        digest = parsed;
        return valid;
    }

    // The first part is a host only when it can't be part of a Docker Hub name.
    private static (string Host, string Repository) SplitHost(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        var isHost = first == "localhost" || first.AsSpan().ContainsAny('.', ':') || first.Any(char.IsAsciiLetterUpper);
        return isHost ? (first, name[(slash + 1)..])
            : (DockerHub, slash < 0 ? $"library/{name}" : name);
    }

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.None, 1000)]
    private static partial Regex RepositoryPattern();

    [GeneratedRegex(@"\A(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]{1,5})?\z", RegexOptions.None, 1000)]
    private static partial Regex HostPattern();

    [GeneratedRegex(@"\A[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z", RegexOptions.None, 1000)]
    private static partial Regex TagPattern();
}
