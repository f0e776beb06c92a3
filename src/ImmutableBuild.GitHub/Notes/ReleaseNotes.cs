using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ImmutableBuild.GitHub.Api;
using ImmutableBuild.Releases;
using ImmutableBuild.Reports;

namespace ImmutableBuild.GitHub.Notes;

/// <summary>What a release brings: the commits between what it replaced and what is live, merges left out.</summary>
internal sealed class ReleaseNotes
{
    /// <summary>Their file, beside the release's report.</summary>
    public const string FileName = "release-notes.md";

    private const int MostListed = 500;

    private readonly CompareResult _compared;
    private readonly ImmutableArray<(ConventionalCommit Change, GitHubCommit Commit)> _changes;

    public ReleaseNotes(CompareResult compared)
    {
        _compared = compared;
        _changes = [.. compared.Commits.Where(commit => commit.Parents.Length < 2).Select(commit => (ConventionalCommit.Parse(commit.Commit.Message), commit))];
    }

    /// <summary>One line: <c>1 breaking change, 2 features, 3 fixes</c>.</summary>
    public string Summary
    {
        get
        {
            var parts = _changes.GroupBy(change => change.Change.Kind).OrderBy(group => group.Key).Select(group => Words(group.Count(), group.Key)).ToList();
            return parts.Count == 0 ? "no change of source" : string.Join(", ", parts);
        }
    }

    /// <summary>The notes as Markdown, fit for the body of a release on GitHub.</summary>
    /// <param name="record">The release, live.</param>
    /// <param name="packagePage">The page of the image's package; null for none.</param>
    public string ToMarkdown(ReleaseRecord record, string? packagePage)
    {
        var text = new StringBuilder();
        if (_compared.Status is "behind" or "diverged")
        {
            text.Append("The commit that was live before is not among this one's ancestors; what follows is what only this one has.\n\n");
        }

        foreach (var kind in Enum.GetValues<ChangeKind>())
        {
            Section(text, kind, [.. _changes.Where(change => change.Change.Kind == kind)]);
        }

        if (_changes.IsEmpty)
        {
            text.Append("No change of source.\n\n");
        }

        if (_compared.TotalCommits > _compared.Commits.Length)
        {
            text.Append(CultureInfo.InvariantCulture, $"The latest {_compared.TotalCommits - _compared.Commits.Length} commits are not listed here.\n\n");
        }

        if (record.Deploy is { Spec: var spec })
        {
            text.Append($"Image: {Markdown.Code($"{spec.Repository}@{spec.Image}")}{(Link(packagePage) is { } page ? $" ([package]({page}))" : "")}\n");
        }

        if (Link(_compared.HtmlUrl) is { } all)
        {
            text.Append($"\n[All changes]({all})\n");
        }

        return text.ToString();
    }

    private static void Section(StringBuilder text, ChangeKind kind, ImmutableArray<(ConventionalCommit Change, GitHubCommit Commit)> changes)
    {
        if (changes.IsEmpty)
        {
            return;
        }

        text.Append($"## {Heading(kind)}\n\n");
        foreach (var (change, commit) in changes.Take(MostListed))
        {
            var sha = Markdown.Code(commit.Sha[..Math.Min(commit.Sha.Length, 7)]);
            text.Append($"- {(change.Scope is { } scope ? $"**{Markdown.Text(scope)}:** " : "")}{Markdown.Text(change.Text)} ({(Link(commit.HtmlUrl) is { } page ? $"[{sha}]({page})" : sha)})\n");
        }

        if (changes.Length > MostListed)
        {
            text.Append(CultureInfo.InvariantCulture, $"- and {changes.Length - MostListed} more\n");
        }

        text.Append('\n');
    }

    // As a link's target: nothing that could end it, and only the web.
    private static string? Link(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" ? url.AbsoluteUri.Replace("(", "%28", StringComparison.Ordinal).Replace(")", "%29", StringComparison.Ordinal) : null;

    private static string Heading(ChangeKind kind) => kind switch
    {
        ChangeKind.Breaking => "Breaking changes",
        ChangeKind.Feature => "Features",
        ChangeKind.Fix => "Fixes",
        _ => "Other changes",
    };

    private static string Words(int count, ChangeKind kind) => kind switch
    {
        ChangeKind.Breaking => Units.Count(count, "breaking change"),
        ChangeKind.Feature => Units.Count(count, "feature"),
        ChangeKind.Fix => $"{Units.Number(count)} {(count == 1 ? "fix" : "fixes")}",
        _ => Units.Count(count, "other change"),
    };
}
