using System.Runtime.InteropServices;
using ImmutableBuild.Errors;
using ImmutableBuild.Local.Images;

namespace ImmutableBuild.Local.Launch;

/// <summary>What programs this machine runs, in the words of OCI images.</summary>
internal static class HostPlatform
{
    /// <summary><c>linux</c>, <c>darwin</c> or <c>windows</c>.</summary>
    public static string OperatingSystemName { get; } =
        OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";

    /// <summary><c>amd64</c>, <c>arm64</c>, …</summary>
    public static string ArchitectureName { get; } = RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.X86 => "386",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>Throws IMB6110 unless <paramref name="image"/> is of this platform.</summary>
    public static void Require(UnpackedImage image)
    {
        if (image.Config.Os != OperatingSystemName || image.Config.Architecture != ArchitectureName)
        {
            throw LocalErrors.WrongPlatform(image.Digest, $"{image.Config.Os}/{image.Config.Architecture}", $"{OperatingSystemName}/{ArchitectureName}");
        }
    }
}
