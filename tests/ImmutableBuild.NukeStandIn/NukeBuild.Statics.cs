using System.Reflection;
using Nuke.Common.CI;
using Nuke.Common.Execution;
using Nuke.Common.IO;

namespace Nuke.Common;

public abstract partial class NukeBuild
{
    static NukeBuild()
    {
        RootDirectory = FindRoot();
        TemporaryDirectory = (RootDirectory / ".nuke" / "temp").CreateDirectory();
        BuildAssemblyFile = Assembly.GetEntryAssembly()?.Location is { Length: > 0 } entry ? entry : null;
        BuildAssemblyDirectory = BuildAssemblyFile?.Parent;
        BuildProjectFile = FindProject(BuildAssemblyDirectory);
        BuildProjectDirectory = BuildProjectFile?.Parent;
        Verbosity = ParameterSource.Current.Find(nameof(Verbosity), typeof(Verbosity?), null) is Verbosity verbosity ? verbosity : Verbosity.Normal;
        Host = Host.Detect(ParameterSource.Current.Find(nameof(Host), typeof(string), null) as string);
        LoadedLocalProfiles = ParameterSource.Current.Find("Profile", typeof(string[]), null) as string[] ?? [];
    }

    [Parameter("Root directory during build execution.", Name = "Root")]
    public static AbsolutePath RootDirectory { get; }

    public static AbsolutePath TemporaryDirectory { get; }

    public static AbsolutePath BuildAssemblyFile { get; }

    public static AbsolutePath BuildAssemblyDirectory { get; }

    public static AbsolutePath BuildProjectDirectory { get; }

    public static AbsolutePath BuildProjectFile { get; }

    [Parameter("Logging verbosity during build execution. Default is 'Normal'.")]
    public static Verbosity Verbosity { get; set; }

    [Parameter("Host for execution. Default is 'automatic'.")]
    public static Host Host { get; set; }

    [Parameter("Defines the profiles to load.", Name = "Profile")]
    public static string[] LoadedLocalProfiles { get; }

    public static bool IsLocalBuild => !IsServerBuild;

    public static bool IsServerBuild => Host is IBuildServer;

    private static AbsolutePath FindRoot()
    {
        var here = EnvironmentInfo.WorkingDirectory;
        if (ParameterSource.Current.Find("Root", typeof(string), null) is string given)
        {
            return Path.GetFullPath(given, here);
        }

        for (var directory = here; directory is not null; directory = directory.Parent)
        {
            if ((directory / ".nuke").DirectoryExists() || (directory / ".nuke").FileExists())
            {
                return directory;
            }
        }

        throw new ArgumentException($"Could not locate '.nuke' directory/file while walking up from '{here}'.");
    }

    private static AbsolutePath FindProject(AbsolutePath directory)
    {
        for (; directory is not null; directory = directory.Parent)
        {
            if (Directory.GetFiles(directory, "*.csproj") is [var only])
            {
                return only;
            }
        }

        return null;
    }
}
