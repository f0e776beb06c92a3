using System.CommandLine;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;

namespace ImmutableBuild.Tool;

/// <summary>Which app a command is about, from the options every command has.</summary>
/// <param name="App">The app and environment.</param>
/// <param name="DataDirectory">Where its gateway, store and keys live.</param>
internal sealed record AppScope(AppKey App, string DataDirectory)
{
    /// <summary><c>--project</c>.</summary>
    public static Option<string> Project { get; } = new("--project") { Description = "A project file, or its directory. Default: the current directory.", Recursive = true };

    /// <summary><c>--app</c>.</summary>
    public static Option<string> AppName { get; } = new("--app") { Description = "The app's name. Default: what the project released last.", Recursive = true };

    /// <summary><c>--environment</c>.</summary>
    public static Option<string> Environment { get; } = new("--environment") { Description = "The environment. Default: where the project was released last.", Recursive = true };

    /// <summary><c>--data-directory</c>.</summary>
    public static Option<string> Data { get; } = new("--data-directory") { Description = "Where gateways, store and keys live, as ImmutableDataDirectory. Default: the user's data directory.", Recursive = true };

    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Write one JSON document and nothing else to standard output.", Recursive = true };

    /// <summary>Reads the options; what is not given comes from the project's release record. IMB1301 when neither says it.</summary>
    public static async Task<AppScope> ReadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var data = parsed.GetValue(Data) ?? Releases.DataDirectory.Default(System.Environment.GetEnvironmentVariable);
        return new AppScope(await AppAsync(parsed, cancellationToken), Path.GetFullPath(data));
    }

    /// <summary>The directory of the project that is meant.</summary>
    public static string ProjectDirectory(ParseResult parsed)
    {
        var path = Path.GetFullPath(parsed.GetValue(Project) ?? ".");
        return File.Exists(path) ? Path.GetDirectoryName(path)! : path;
    }

    private static async Task<AppKey> AppAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (app, environment) = (parsed.GetValue(AppName), parsed.GetValue(Environment));
        var file = new ReleaseRecordFile(Path.Combine(ProjectDirectory(parsed), "obj", "immutable"));
        var last = app is null && File.Exists(file.Path) ? (await file.ReadAsync(cancellationToken)).App : null;
        try
        {
            return new AppKey(
                app ?? last?.App ?? throw ToolErrors.AppUnknown(file.Path),
                environment ?? last?.Environment ?? OptionCatalogue.Environment.Default!);
        }
        catch (FormatException fault)
        {
            throw ToolErrors.NameInvalid("--app, --environment", fault);
        }
    }
}
