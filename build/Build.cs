using System.Diagnostics;

// This repo's own build: what CI and people run by name. Each target is one dotnet command.
// NUKE takes this place with the components of ImmutableBuild.Nuke (docs/decisions/0001-client-libraries.md).
var root = FindRoot();
var targets = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase)
{
    ["Compile"] = ["build"],
    ["Test"] = ["test"],
    ["Pack"] = ["pack", "--configuration", "Release", "--output", Path.Combine(root, "artifacts")],
    ["Release"] = ["build", Path.Combine(root, "samples", "WebApi"), "-t:Release"],
};

var asked = args.Length == 0 ? ["Compile"] : args;
var unknown = asked.Where(name => !targets.ContainsKey(name)).ToArray();
if (unknown.Length > 0)
{
    Console.Error.WriteLine($"Unknown target {string.Join(", ", unknown)}. Known are {string.Join(", ", targets.Keys)}.");
    return 1;
}

foreach (var name in asked)
{
    Console.WriteLine($"── {name}");
    var code = Run(targets[name]);
    if (code != 0)
    {
        return code;
    }
}

return 0;

int Run(string[] arguments)
{
    using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = root })!;
    process.WaitForExit();
    return process.ExitCode;
}

static string FindRoot()
{
    for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
    {
        if (Directory.Exists(Path.Combine(directory.FullName, ".nuke")))
        {
            return directory.FullName;
        }
    }

    throw new InvalidOperationException("No parent directory has a .nuke folder: run the build from a clone of the repository.");
}
