using System.Text.RegularExpressions;

namespace ImmutableBuild.Scanning.Content;

/// <summary>What secrets look like. Each pattern is one whose form alone is proof enough, so that there are few false alarms.</summary>
internal static partial class SecretPatterns
{
    private static readonly (string Kind, Regex Pattern)[] Tokens =
    [
        ("an AWS access key", AwsAccessKey()),
        ("a GitHub token", GitHubToken()),
        ("a GitLab token", GitLabToken()),
        ("a Slack token", SlackToken()),
        ("a NuGet API key", NuGetKey()),
        ("a Google API key", GoogleKey()),
        ("a Stripe live key", StripeKey()),
        ("an Azure storage or service bus key", AzureKey()),
        ("a connection string with a password", ConnectionString()),
    ];

    /// <summary>Texts of which one occurs in every match below; a file without any needs no closer look.</summary>
    public static string[] Markers { get; } =
    [
        "PRIVATE KEY-----", "AKIA", "ASIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-", "oy2", "AIza", "sk_live_", "rk_live_",
        "AccountKey=", "SharedAccessKey=", "assword=", "ASSWORD=", "assword =", "wd=", "WD=",
    ];

    /// <summary>The tokens in a text: what each is, and where it begins. The value itself is never handed on.</summary>
    public static IEnumerable<(string Kind, int Index)> FindTokens(string text) =>
        Tokens.SelectMany(token => token.Pattern.Matches(text).Where(match => !IsPlaceholder(match.Groups["value"].Value)).Select(match => (token.Kind, match.Index)));

    /// <summary>Where private keys in PEM begin, encrypted ones too. A label without a key below it is none.</summary>
    public static IEnumerable<int> FindPrivateKeys(string text) => PrivateKey().Matches(text).Select(match => match.Index);

    /// <summary>Whether a value only stands for a secret: empty, a template's variable, or a word that nobody takes for a password.</summary>
    public static bool IsPlaceholder(string value) =>
        value.Length < 4
        || value.Contains("EXAMPLE", StringComparison.OrdinalIgnoreCase)
        || value.Distinct().Count() <= 2
        || Placeholder().IsMatch(value);

    [GeneratedRegex(@"-----BEGIN (RSA |EC |DSA |OPENSSH |ENCRYPTED |ENCRYPTED SIGSTORE |ENCRYPTED COSIGN )?PRIVATE KEY-----(\\r|\\n|\s)*([A-Za-z-]{3,20}: [^\r\n\\]{1,100}(\\r|\\n|\s)+){0,4}[A-Za-z0-9+/]{40}", RegexOptions.ExplicitCapture)]
    private static partial Regex PrivateKey();

    [GeneratedRegex(@"(?<![A-Za-z0-9+/])(?<value>(AKIA|ASIA)[A-Z2-7]{16})(?![A-Za-z0-9+/=])", RegexOptions.ExplicitCapture)]
    private static partial Regex AwsAccessKey();

    [GeneratedRegex(@"(?<![A-Za-z0-9_])(?<value>gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})(?![A-Za-z0-9_])", RegexOptions.ExplicitCapture)]
    private static partial Regex GitHubToken();

    [GeneratedRegex(@"(?<![A-Za-z0-9_-])(?<value>glpat-[A-Za-z0-9_-]{20,50})(?![A-Za-z0-9_-])", RegexOptions.ExplicitCapture)]
    private static partial Regex GitLabToken();

    [GeneratedRegex(@"(?<![A-Za-z0-9_-])(?<value>xox[abp]-[0-9]{8,16}-[A-Za-z0-9-]{16,80})", RegexOptions.ExplicitCapture)]
    private static partial Regex SlackToken();

    [GeneratedRegex(@"(?<![A-Za-z0-9])(?<value>oy2[a-z0-9]{43})(?![A-Za-z0-9])", RegexOptions.ExplicitCapture)]
    private static partial Regex NuGetKey();

    [GeneratedRegex(@"(?<![A-Za-z0-9_-])(?<value>AIza[A-Za-z0-9_-]{35})(?![A-Za-z0-9_-])", RegexOptions.ExplicitCapture)]
    private static partial Regex GoogleKey();

    [GeneratedRegex(@"(?<![A-Za-z0-9_])(?<value>[sr]k_live_[A-Za-z0-9]{24,100})(?![A-Za-z0-9])", RegexOptions.ExplicitCapture)]
    private static partial Regex StripeKey();

    [GeneratedRegex(@"(AccountKey|SharedAccessKey)=(?<value>[A-Za-z0-9+/]{43,86}={1,2})", RegexOptions.ExplicitCapture)]
    private static partial Regex AzureKey();

    // A password beside the name of a server, within one line: 'Server=db;User Id=app;Password=…'.
    [GeneratedRegex(@"(?i)\b(server|host|data source|addr|address|user id|uid|username|user|database|initial catalog)\s{0,3}=[^;\r\n""']{1,200};[^\r\n""']{0,400}?\b(password|pwd)\s{0,3}=\s{0,3}(?<value>[^;""'\s]{1,200})", RegexOptions.ExplicitCapture)]
    private static partial Regex ConnectionString();

    [GeneratedRegex(@"(?i)^(\$.*|%.*%|\{.*\}|<.*>|\[.*\]|#\{.*|@.*@|(your|my|some|the|a)[-_ ]?.{0,12}(password|secret|token|key).*|password|passwd|secret|changeit|change[-_]?me|placeholder|example|dummy|redacted|not[-_]?set|none|null|todo)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Placeholder();
}
