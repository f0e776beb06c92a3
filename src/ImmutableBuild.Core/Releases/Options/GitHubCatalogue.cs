using System.Collections.Immutable;
using System.Text.RegularExpressions;
using static ImmutableBuild.Releases.Options.OptionTypes;

namespace ImmutableBuild.Releases.Options;

/// <summary>The part of the <see cref="OptionCatalogue"/> that says what GitHub is told.</summary>
public static partial class GitHubCatalogue
{
    private const int LongestContext = 100;

    /// <summary>What is told.</summary>
    public static PropertyOption<ImmutableArray<GitHubTopic>> Topics { get; } = new("ImmutableGitHub", TopicList, "deployments;statuses;notes", "What GitHub is told of a release, where there is a repository and a token ([github-api.md](github-api.md)): a deployment for each generation, a status of the commit for each stage, and release notes between what was replaced and what is live. `masks` has the runner hide, in its own log, what the secrets of the release hold.");

    /// <summary>The repository.</summary>
    public static PropertyOption<string> Repository { get; } = new("ImmutableGitHubRepository", RepositoryName, null, "The repository on GitHub. Default: in a workflow's run, the one it runs for (`GITHUB_REPOSITORY`).");

    /// <summary>The token.</summary>
    public static PropertyOption<string> TokenVariable { get; } = new("ImmutableGitHubTokenVariable", VariableName, null, "The environment variable that holds the token for GitHub's API. Default: `GITHUB_TOKEN` in a workflow's run, none elsewhere. Without a token GitHub is told nothing.");

    /// <summary>The API.</summary>
    public static PropertyOption<string> ApiUrl { get; } = new("ImmutableGitHubApiUrl", Address, null, "The base URL of GitHub's API, `https://HOST/api/v3` for GitHub Enterprise Server. Default: in a workflow's run `GITHUB_API_URL`, else `https://api.github.com`. The token goes nowhere else.");

    /// <summary>Contexts of statuses.</summary>
    public static PropertyOption<string> Context { get; } = new("ImmutableGitHubContext", ContextName, "immutable", "What the contexts of commit statuses begin with: `immutable/bake`. Apps of one repository need one each, or they write over each other's.");

    /// <summary>Patience.</summary>
    public static PropertyOption<TimeSpan> Timeout { get; } = new("ImmutableGitHubTimeout", Duration, "30s", "How long GitHub may take for one build, all calls and waiting together; then it is told no more, with a warning.");

    /// <summary>All properties, in the order they are documented.</summary>
    public static ImmutableArray<PropertyOption> All { get; } = [Topics, Repository, TokenVariable, ApiUrl, Context, Timeout];

    private static OptionType<ImmutableArray<GitHubTopic>> TopicList => new("`none`, or some of `deployments`, `statuses`, `notes` and `masks`, separated by ';'", TryParseTopics);

    private static OptionType<string> RepositoryName => new("a repository: 'owner/name'", (string text, out string value) =>
    {
        value = text;
        return IsRepository(text);
    });

    private static OptionType<string> Address => new("an https URL (http for a loopback address only) without user, query and fragment", (string text, out string value) =>
    {
        value = text;
        return IsAddress(text);
    });

    private static OptionType<string> ContextName => new("at most 100 visible characters", (string text, out string value) =>
    {
        value = text;
        return text.Length is > 0 and <= LongestContext && text.All(letter => letter is > ' ' and <= '~');
    });

    /// <summary>Whether <paramref name="text"/> names a repository, <c>owner/name</c>.</summary>
    public static bool IsRepository(string text) => RepositoryPattern.IsMatch(text);

    /// <summary>Whether a token may be sent to the API at <paramref name="text"/>.</summary>
    public static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
        && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0;

    internal static GitHubOptions Read(OptionReader reader) => new()
    {
        Topics = reader.Get(Topics),
        Repository = reader.Find(Repository),
        TokenVariable = reader.Find(TokenVariable),
        ApiUrl = reader.Find(ApiUrl),
        Context = reader.Get(Context),
        Timeout = reader.Get(Timeout),
    };

    private static bool TryParseTopics(string text, out ImmutableArray<GitHubTopic> value)
    {
        var words = text.Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        value = [];
        if (words is [var only] && string.Equals(only, "none", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        var all = Enum.GetValues<GitHubTopic>();
        if (words.Length == 0 || !words.All(word => all.Any(topic => string.Equals(topic.ToString(), word, StringComparison.OrdinalIgnoreCase))))
        {
            return false;
        }

        value = [.. all.Where(topic => words.Contains(topic.ToString(), StringComparer.OrdinalIgnoreCase))];
        return true;
    }

    // A part of dots alone would be another path.
    [GeneratedRegex(@"\A(?!\.+/)[A-Za-z0-9._-]{1,100}/(?!\.+\z)[A-Za-z0-9._-]{1,100}\z")]
    private static partial Regex RepositoryPattern { get; }
}
