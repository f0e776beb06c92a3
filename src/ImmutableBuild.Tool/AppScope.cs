using System.Collections.Immutable;
using System.CommandLine;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;

namespace ImmutableBuild.Tool;

/// <summary>
/// Which app a command is about, and with which options. What the command line doesn't say comes from the variables a build reads
/// too (<c>IMMUTABLE_DATA_DIRECTORY</c>, …), then from the project's last release: the project itself is not evaluated.
/// </summary>
/// <param name="Options">The options, of which app, environment and data directory are always meant.</param>
/// <param name="IsSet">Whether the user said anything about an option, now or at the last release.</param>
internal sealed record AppScope(ReleaseOptions Options, Func<PropertyOption, bool> IsSet)
{
    /// <summary><c>--project</c>.</summary>
    public static Option<string> Project { get; } = new("--project") { Description = "A project file, or its directory. Default: the current directory.", HelpName = "path", Recursive = true };

    /// <summary><c>--app</c>.</summary>
    public static Option<string> AppName { get; } = new("--app") { Description = "The app's name. Default: what the project released last.", HelpName = "name", Recursive = true };

    /// <summary><c>--environment</c>.</summary>
    public static Option<string> Environment { get; } = new("--environment") { Description = "The environment. Default: where the project was released last, or dev.", HelpName = "name", Recursive = true };

    /// <summary><c>--data-directory</c>.</summary>
    public static Option<string> Data { get; } = new("--data-directory") { Description = "Where gateways, store and keys live. Default: IMMUTABLE_DATA_DIRECTORY, or the user's data directory.", HelpName = "path", Recursive = true };

    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Write one JSON document and nothing else to standard output.", Recursive = true };

    /// <summary>The app and environment.</summary>
    public AppKey App => Options.App;

    /// <summary>
    /// Reads the options, and <paramref name="properties"/> as a build would read them. IMB1301 when nothing says which app, IMB1304 when
    /// a name is none, IMB1001 and the like for other values.
    /// </summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="properties">What else is given.</param>
    /// <param name="fallback">The app's name where nothing says which app, for what is no app's matter; null where it has to be said.</param>
    public static async Task<AppScope> ReadAsync(ParseResult parsed, CancellationToken cancellationToken, ImmutableDictionary<string, string>? properties = null, string? fallback = null)
    {
        var given = properties ?? ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);
        var last = await LastReleaseAsync(parsed, cancellationToken);
        given = given.AddRange((last?.Options ?? ImmutableSortedDictionary<string, string>.Empty).Where(option => IsKept(option.Key) && !given.ContainsKey(option.Key) && Variable(OptionCatalogue.Find(option.Key)!) is null));
        var app = AppOf(parsed, last, fallback);
        given = given.SetItem(OptionCatalogue.App.Name, app.App).SetItem(OptionCatalogue.Environment.Name, app.Environment);
        if (parsed.GetValue(Data) is { } data)
        {
            given = given.SetItem(OptionCatalogue.DataDirectory.Name, Path.GetFullPath(data));
        }

        var options = ReleaseOptionsParser.Parse(new RawOptions
        {
            Project = new ProjectFacts(app.App, ProjectDirectory(parsed), ListensOnHttp: true),
            Properties = given,
            ForRelease = false,
            UnknownNames = [.. given.Keys.Where(OptionCatalogue.IsMistake)],
            ReadVariable = System.Environment.GetEnvironmentVariable,
        });
        return new AppScope(options, option => given.ContainsKey(option.Name) || Variable(option) is not null);
    }

    /// <summary>The data directory that is meant; needs no app.</summary>
    public static string DataDirectory(ParseResult parsed) => Path.GetFullPath(
        parsed.GetValue(Data) ?? Variable(OptionCatalogue.DataDirectory) ?? Releases.DataDirectory.Default(System.Environment.GetEnvironmentVariable));

    /// <summary>The directory of the project that is meant.</summary>
    public static string ProjectDirectory(ParseResult parsed)
    {
        var path = Path.GetFullPath(parsed.GetValue(Project) ?? ".");
        return File.Exists(path) ? Path.GetDirectoryName(path)! : path;
    }

    private static ReleaseRecordFile RecordFile(ParseResult parsed) => new(Path.Combine(ProjectDirectory(parsed), "obj", "immutable"));

    /// <summary>The project's last release, where it was one of the app that is meant.</summary>
    private static async Task<ReleaseRecord?> LastReleaseAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var file = RecordFile(parsed);
        var last = File.Exists(file.Path) ? await file.ReadAsync(cancellationToken) : null;
        return AppNameOf(parsed) is { } app && app != last?.App.App ? null : last;
    }

    private static AppKey AppOf(ParseResult parsed, ReleaseRecord? last, string? fallback)
    {
        try
        {
            return new AppKey(
                AppNameOf(parsed) ?? last?.App.App ?? fallback ?? throw ToolErrors.AppUnknown(RecordFile(parsed).Path),
                parsed.GetValue(Environment) ?? Variable(OptionCatalogue.Environment) ?? last?.App.Environment ?? OptionCatalogue.Environment.Default!);
        }
        catch (FormatException fault)
        {
            throw ToolErrors.NameInvalid("--app, --environment", fault);
        }
    }

    private static string? AppNameOf(ParseResult parsed) => parsed.GetValue(AppName) ?? Variable(OptionCatalogue.App);

    /// <summary>Whether an option of the last release holds for later commands too; not those that told one command what to do, such as the goal of a rollback.</summary>
    private static bool IsKept(string option) => OptionCatalogue.Find(option) is { } known && known != OptionCatalogue.RollbackTo && known != OptionCatalogue.DriftFile && !PromoteCatalogue.All.Contains(known);

    private static string? Variable(PropertyOption option) =>
        option.Variable is { } name && System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
