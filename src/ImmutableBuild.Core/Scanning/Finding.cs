using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning;

/// <summary>One thing that is wrong with an image, with the way out. Its texts are safe to print: they come from the image otherwise.</summary>
internal sealed record Finding
{
    private readonly string _subject = "";
    private readonly string _message = "";

    /// <summary>The advisory's id, <c>CVE-…</c> or <c>GHSA-…</c>, or the content rule's code.</summary>
    public required string Id { get; init; }

    /// <summary>Other ids of the same vulnerability.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>How bad it is.</summary>
    public required FindingSeverity Severity { get; init; }

    /// <summary>What it is about: a package and its version, a file, a setting.</summary>
    public required string Subject { get => _subject; init => _subject = PrintableText.Of(value); }

    /// <summary>What is wrong, in one line. Never holds the value of a secret.</summary>
    public required string Message { get => _message; init => _message = PrintableText.Of(value); }

    /// <summary>What to do about it.</summary>
    public required string WayOut { get; init; }

    /// <summary>The file within the image, without a leading '/'; null where it is no file's matter.</summary>
    public string? Path { get; init; }

    /// <summary>The line within that file, 1-based; 0 where unknown.</summary>
    public int Line { get; init; }

    /// <summary>The layer it came in; null where it is no layer's matter.</summary>
    public Digest? Layer { get; init; }

    /// <summary>The package URL of the vulnerable component; null for what is no package.</summary>
    public string? Purl { get; init; }

    /// <summary>The version that mends it; null where none is known, or none is needed.</summary>
    public string? Fix { get; init; }

    /// <summary>Whether something mends it today. A vulnerability without a fix is not; what a content rule refuses always is.</summary>
    public bool IsFixable { get; init; } = true;

    /// <summary>Whose it is to mend; null where that was not asked.</summary>
    public FindingOrigin? Origin { get; init; }

    /// <summary>Who knows of it; empty for a content rule.</summary>
    public ImmutableArray<string> Sources { get; init; } = [];
}

/// <summary>Where what is wrong came from.</summary>
internal enum FindingOrigin
{
    /// <summary>The base image.</summary>
    Base,

    /// <summary>A layer above it.</summary>
    Own,
}
