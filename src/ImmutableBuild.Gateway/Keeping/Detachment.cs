using System.Globalization;

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>Lets go of whoever started the keeper: a build must end, and a pipe it writes to must close, while the keeper goes on.</summary>
internal static class Detachment
{
    private const int CloseOnExec = 1;
    private const int StandardError = 2;
    private const int ReadWrite = 2;

    /// <summary>Begins a session of its own and closes every inherited handle but standard error.</summary>
    public static void LeaveSession()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // Fails only for one that leads its session already.
        _ = LibC.NewSession();
        CloseInherited();
        Redirect(0);
        Redirect(1);
    }

    /// <summary>Lets the starter's reading of standard error come to its end.</summary>
    public static void CloseStandardError()
    {
        if (!OperatingSystem.IsWindows())
        {
            Redirect(StandardError);
        }
    }

    /// <summary>.NET opens everything of its own with close-on-exec; what lacks it came from the starter.</summary>
    private static void CloseInherited()
    {
        var descriptors = Directory.EnumerateFileSystemEntries(OperatingSystem.IsLinux() ? "/proc/self/fd" : "/dev/fd")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var descriptor) ? descriptor : 0)
            .ToArray();
        foreach (var descriptor in descriptors.Where(descriptor => descriptor > StandardError))
        {
            if (LibC.DescriptorFlags(descriptor) is var flags and >= 0 && (flags & CloseOnExec) == 0)
            {
                _ = LibC.Close(descriptor);
            }
        }
    }

    private static void Redirect(int descriptor)
    {
        var nowhere = LibC.Open("/dev/null", ReadWrite);
        if (nowhere >= 0)
        {
            _ = LibC.Duplicate(nowhere, descriptor);
            _ = LibC.Close(nowhere);
        }
    }
}
