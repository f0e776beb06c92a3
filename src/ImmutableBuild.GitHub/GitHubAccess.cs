using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;

namespace ImmutableBuild.GitHub;

/// <summary>Which repository of which GitHub is told, and with which token.</summary>
internal sealed record GitHubAccess(Uri Api, string Owner, string Name, string Token)
{
    private const string PublicApi = "https://api.github.com";

    /// <summary>What options and environment say; null where GitHub is told nothing. <paramref name="mistake"/> is the reason where that can't be meant.</summary>
    public static GitHubAccess? Find(GitHubOptions options, Func<string, string?> readVariable, out Diagnostic? mistake)
    {
        mistake = null;
        var inRun = RunEnvironment.IsRun(readVariable);
        string? OfRun(string name) => inRun && readVariable(name) is { Length: > 0 } value ? value : null;
        if (options.Topics.All(topic => topic == GitHubTopic.Masks) || (options.TokenVariable ?? (inRun ? "GITHUB_TOKEN" : null)) is not { } variable)
        {
            return null;
        }

        if (readVariable(variable)?.Trim() is not { Length: > 0 } token)
        {
            mistake = options.TokenVariable is null ? null : GitHubErrors.Incomplete($"the variable {variable}, which ImmutableGitHubTokenVariable names, is not set");
            return null;
        }

        var repository = options.Repository ?? OfRun("GITHUB_REPOSITORY");
        var api = (options.ApiUrl ?? OfRun("GITHUB_API_URL") ?? PublicApi).TrimEnd('/');
        mistake = token.Any(letter => letter is <= ' ' or > '~') ? GitHubErrors.Incomplete($"the variable {variable} holds no token, but characters that none has")
            : repository is null ? GitHubErrors.Incomplete($"there is a token in {variable}, but no repository; set ImmutableGitHubRepository")
            : !GitHubCatalogue.IsRepository(repository) ? GitHubErrors.Incomplete($"expected a repository 'owner/name', found '{repository}'")
            : !GitHubCatalogue.IsAddress(api) ? GitHubErrors.Incomplete($"expected an https URL of GitHub's API, found '{api}'")
            : null;
        return mistake is null && repository!.Split('/') is [var owner, var name] ? new GitHubAccess(new Uri(api + "/"), owner, name, token) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Owner}/{Name} at {Api}";
}
