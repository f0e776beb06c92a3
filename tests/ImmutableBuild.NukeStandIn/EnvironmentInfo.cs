using Nuke.Common.IO;

namespace Nuke.Common;

/// <summary>What the process was started with.</summary>
public static class EnvironmentInfo
{
    public static AbsolutePath WorkingDirectory { get; } = AbsolutePath.Create(Environment.CurrentDirectory);

    public static string[] CommandLineArguments { get; } = [.. Environment.GetCommandLineArgs().Skip(1)];

    public static bool IsWin => OperatingSystem.IsWindows();

    public static bool IsUnix => !OperatingSystem.IsWindows();

    public static bool IsOsx => OperatingSystem.IsMacOS();

    public static bool IsLinux => OperatingSystem.IsLinux();

    public static string GetVariable(string name) => Environment.GetEnvironmentVariable(name);
}
