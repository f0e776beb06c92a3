using System.Collections.Immutable;

namespace ImmutableBuild.Scanning.Dismissals;

/// <summary>A finding that someone answers for, so that it does not count.</summary>
/// <param name="Id">The finding's id or one of its aliases.</param>
/// <param name="Reason">Why it does not count.</param>
/// <param name="By">The file that says so.</param>
internal sealed record Dismissal(string Id, string Reason, string By)
{
    /// <summary>The packages it is about, as package URLs; a version that is not given is any. Empty: whatever the finding is about.</summary>
    public ImmutableArray<PackagePattern> Packages { get; init; } = [];

    /// <summary>The files it is about, <c>*</c> for any characters; null for all.</summary>
    public PathPattern? Path { get; init; }

    /// <summary>The images it is about; empty for whatever image the file is given for.</summary>
    public ImmutableArray<string> Images { get; init; } = [];

    /// <summary>The last day it holds; null where it holds for good.</summary>
    public DateOnly? Expires { get; init; }

    /// <summary>What messages call it.</summary>
    public string Title => Packages is [var package, ..] ? $"{Id} in {package.Text}" : Path is { } path ? $"{Id} in {path.Text}" : Id;

    /// <summary>Whether it has expired on <paramref name="day"/>.</summary>
    public bool IsExpired(DateOnly day) => Expires is { } last && last < day;

    /// <summary>Whether it speaks of a finding.</summary>
    public bool Covers(Finding finding) =>
        finding.Aliases.Prepend(finding.Id).Contains(Id, StringComparer.OrdinalIgnoreCase)
        && (Packages.IsEmpty || (finding.Purl is { } purl && Packages.Any(package => package.Matches(purl))))
        && (Path is null || (finding.Path is { } path && Path.Matches(path)));
}

/// <summary>A finding that does not count.</summary>
/// <param name="Finding">The finding.</param>
/// <param name="Dismissal">Why.</param>
internal sealed record DismissedFinding(Finding Finding, Dismissal Dismissal);
