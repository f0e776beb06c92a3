using System.Collections.Immutable;
using System.Globalization;

namespace ImmutableBuild.Errors;

/// <summary>IMB151: what GitHub could not be told. All of them are warnings: no release depends on them.</summary>
public static class GitHubErrors
{
    private static readonly ErrorDescriptor TokenRefusedDescriptor = new(
        "IMB1510", "GitHub does not take the token",
        "GitHub answered 401: the token has expired, was revoked, or is not one of this GitHub.",
        "Check which variable ImmutableGitHubTokenVariable names, and that its token is of the GitHub that ImmutableGitHubApiUrl names. The release itself is not affected.");

    private static readonly ErrorDescriptor NotPermittedDescriptor = new(
        "IMB1511", "The token may not do this on GitHub",
        "GitHub answered 403 or 404. It says 404 as well where the token may not know that something exists.",
        "Grant the job the permission that the message names (docs/github-api.md lists them), or take the topic out of ImmutableGitHub. The release itself is not affected.");

    private static readonly ErrorDescriptor LimitedDescriptor = new(
        "IMB1512", "GitHub's rate limit is reached",
        "GitHub takes so many calls of one token an hour, and fewer at once. Waiting until it takes the next one would have held the release up for longer than ImmutableGitHubTimeout allows.",
        "Nothing has to be done: the next release tells GitHub again. Where it happens often, give the job a token of its own, or take topics out of ImmutableGitHub.");

    private static readonly ErrorDescriptor UnreachableDescriptor = new(
        "IMB1513", "GitHub does not answer",
        "GitHub could not be reached, failed, or took longer than ImmutableGitHubTimeout allows for one build, also when it was asked again.",
        "Check network, proxy and the URL that the message shows. The release itself is not affected.");

    private static readonly ErrorDescriptor RefusedDescriptor = new(
        "IMB1514", "GitHub refuses what it was told",
        "GitHub answered that what was sent is not valid; most often the commit is not on GitHub, since it was not pushed yet.",
        "Push the commit before it is released. The message has GitHub's own words.");

    private static readonly ErrorDescriptor GarbledDescriptor = new(
        "IMB1515", "GitHub's answer is not one",
        "The answer is no JSON of the form that GitHub documents, is too long, or leads to another host, where the token must not go.",
        "Check that the URL that the message shows is the base URL of GitHub's API, and what proxy is in between.");

    private static readonly ErrorDescriptor IncompleteDescriptor = new(
        "IMB1516", "GitHub is not told, for a setting is missing",
        "A token was named, but its variable is empty, or there is no repository, or the API's URL is not one that a token may be sent to.",
        "Set what the message names, or set ImmutableGitHub to none.");

    private static readonly ErrorDescriptor RunFileDescriptor = new(
        "IMB1517", "A file of the workflow's run can't be written",
        "In a workflow's run the variables GITHUB_OUTPUT and GITHUB_STEP_SUMMARY name files that take outputs and summary. One of them could not be written.",
        "Check the runner's disk, and that nothing else sets these variables. The release itself is not affected; jobs that need the outputs are.");

    private static readonly ErrorDescriptor FaultDescriptor = new(
        "IMB1518", "Telling GitHub has a fault",
        "The code that tells GitHub of a release failed in a way that nobody foresaw.",
        "Please report it with the message. The release itself is not affected; with ImmutableGitHub set to none it is not tried.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        TokenRefusedDescriptor, NotPermittedDescriptor, LimitedDescriptor, UnreachableDescriptor,
        RefusedDescriptor, GarbledDescriptor, IncompleteDescriptor, RunFileDescriptor, FaultDescriptor,
    ];

    /// <summary>GitHub does not take the token (401).</summary>
    public static Diagnostic TokenRefused(string request, string answer) => Warning(
        TokenRefusedDescriptor, $"GitHub does not take the token ({request}: {Text(answer)}). Nothing more is told to GitHub by this build.");

    /// <summary>The token lacks a permission (403 or 404).</summary>
    /// <param name="request">Method and address.</param>
    /// <param name="answer">GitHub's words.</param>
    /// <param name="permission">What the token needs: <c>deployments: write</c>.</param>
    public static Diagnostic NotPermitted(string request, string answer, string permission) => Warning(
        NotPermittedDescriptor, $"GitHub does not let this token do {request}: {Text(answer)}. It needs the permission '{permission}' on the repository. This is not tried again by this build.");

    /// <summary>A rate limit is reached, primary or secondary.</summary>
    public static Diagnostic Limited(string request, DateTimeOffset until) => Warning(
        LimitedDescriptor, string.Create(CultureInfo.InvariantCulture, $"GitHub takes no calls of this token before {until.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} ({request}), longer than ImmutableGitHubTimeout allows to wait. Nothing more is told to GitHub by this build."));

    /// <summary>GitHub gave no answer, or one that says nothing, such as a failure of the server.</summary>
    public static Diagnostic Unreachable(string request, string what) => Warning(
        UnreachableDescriptor, $"GitHub does not answer ({request}): {Text(what)}. Nothing more is told to GitHub by this build.");

    /// <summary>GitHub refused what it was told (422 and the like).</summary>
    public static Diagnostic Refused(string request, int status, string answer) => Warning(
        RefusedDescriptor, string.Create(CultureInfo.InvariantCulture, $"GitHub refuses {request} with {status}: {Text(answer)}. Is the commit pushed?"));

    /// <summary>The answer has not the form that GitHub documents.</summary>
    public static Diagnostic Garbled(string request, string why) => Warning(
        GarbledDescriptor, $"The answer to {request} is not one of GitHub's API: {Text(why)}. Nothing more is told to GitHub by this build.");

    /// <summary>A setting is missing that telling GitHub needs.</summary>
    public static Diagnostic Incomplete(string what) => Warning(IncompleteDescriptor, $"GitHub is not told of this release: {Text(what)}.");

    /// <summary>A file of the workflow's run can't be written.</summary>
    public static Diagnostic RunFile(string variable, string why) => Warning(RunFileDescriptor, $"The file that {variable} names can't be written: {Text(why)}.");

    /// <summary>A fault of this code.</summary>
    public static Diagnostic Fault(Exception fault) => Warning(FaultDescriptor, $"Telling GitHub failed by a fault of the tool itself: {fault.GetType().Name}: {Text(fault.Message)}. Nothing more is told to GitHub by this build.");

    private static Diagnostic Warning(ErrorDescriptor descriptor, string message) => new(descriptor, message, Severity.Warning);

    private static string Text(string text) => PrintableText.Of(text.TrimEnd('.', ' ', '\n'));
}
