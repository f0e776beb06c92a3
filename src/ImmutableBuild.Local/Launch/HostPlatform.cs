using System.Runtime.InteropServices;
using ImmutableBuild.Errors;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Local.Images;

namespace ImmutableBuild.Local.Launch;

/// <summary>What programs this machine runs, in the words of OCI images.</summary>
internal static class HostPlatform
{
    /// <summary><c>linux</c>, <c>darwin</c> or <c>windows</c>.</summary>
    public static string OperatingSystemName { get; } =
        OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";

    /// <summary><c>amd64</c>, <c>arm64</c>, …</summary>
    public static string ArchitectureName { get; } = NameOf(RuntimeInformation.OSArchitecture);

    /// <summary>Both.</summary>
    public static Platform Own { get; } = new() { Os = OperatingSystemName, Architecture = ArchitectureName };

    /// <summary>The word for a processor.</summary>
    public static string NameOf(Architecture architecture) => architecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.X86 => "386",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>Throws IMB6110 unless <paramref name="image"/> is of this platform.</summary>
    public static void Require(UnpackedImage image)
    {
        if (!Runs(new Platform { Os = image.Config.Os, Architecture = image.Config.Architecture }))
        {
            throw LocalErrors.WrongPlatform(image.Digest, $"{image.Config.Os}/{image.Config.Architecture}", $"{OperatingSystemName}/{ArchitectureName}");
        }
    }

    /// <summary>Whether programs of a platform run here. A machine that runs this very process for another processor, as macOS and Windows do, runs the app so too.</summary>
    public static bool Runs(Platform platform) =>
        platform.Os == OperatingSystemName
        && (platform.Architecture == ArchitectureName || platform.Architecture == NameOf(RuntimeInformation.ProcessArchitecture));
}
