using ImmutableBuild.Errors;

namespace ImmutableBuild.Releases;

/// <summary>Where the embedded store, keys and gateways live when nothing else is said.</summary>
public static class DataDirectory
{
    /// <summary>
    /// <c>%LOCALAPPDATA%\ImmutableBuild</c> on Windows, <c>~/Library/Application Support/ImmutableBuild</c> on macOS, else
    /// <c>$XDG_DATA_HOME/immutablebuild</c> or <c>~/.local/share/immutablebuild</c> (XDG base directory specification).
    /// </summary>
    public static string Default(Func<string, string?> readVariable)
    {
        if (OperatingSystem.IsWindows() || OperatingSystem.IsMacOS())
        {
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "ImmutableBuild");
        }

        var home = readVariable("HOME") is { Length: > 0 } set ? set : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var data = readVariable("XDG_DATA_HOME") is { } xdg && Path.IsPathRooted(xdg) ? xdg : Path.Combine(home, ".local", "share");
        return Path.Combine(data, "immutablebuild");
    }

    /// <summary>Throws IMB1009 unless files can be made in <paramref name="directory"/>, which is created when it is not there.</summary>
    public static void RequireWritable(string directory)
    {
        var probe = Path.Combine(directory, $".probe-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(directory);
            using var file = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw ConfigurationErrors.DataDirectoryNotWritable(directory, fault);
        }
    }
}
