using System.Runtime.InteropServices;
using ImmutableBuild.Errors;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Images.Bases;

/// <summary>From .NET's words for a platform (<c>linux-x64</c>) to those of images (<c>linux/amd64</c>), and the choice by them.</summary>
public static class ImagePlatform
{
    /// <summary>The platform of images that hold an app published for <paramref name="runtimeIdentifier"/>; throws IMB2008 for one that none is made for.</summary>
    /// <remarks>Container engines run Linux images. The others are for the <c>local</c> target, which runs them on a machine of their kind.</remarks>
    public static Platform OfRuntimeIdentifier(string runtimeIdentifier)
    {
        var parts = runtimeIdentifier.Split('-');
        return (parts[0], parts.Length, parts[^1]) switch
        {
            ("linux", > 1, "x64") => new Platform { Os = "linux", Architecture = "amd64" },
            ("linux", > 1, "x86") => new Platform { Os = "linux", Architecture = "386" },
            ("linux", > 1, "arm64") => new Platform { Os = "linux", Architecture = "arm64" },
            ("linux", > 1, "arm") => new Platform { Os = "linux", Architecture = "arm", Variant = "v7" },
            ("linux", > 1, "s390x" or "ppc64le" or "riscv64" or "loongarch64") => new Platform { Os = "linux", Architecture = parts[^1] },
            ("osx", 2, "x64") => new Platform { Os = "darwin", Architecture = "amd64" },
            ("osx", 2, "arm64") => new Platform { Os = "darwin", Architecture = "arm64" },
            ("win", 2, "x64") => new Platform { Os = "windows", Architecture = "amd64" },
            ("win", 2, "x86") => new Platform { Os = "windows", Architecture = "386" },
            ("win", 2, "arm64") => new Platform { Os = "windows", Architecture = "arm64" },
            _ => throw BakeErrors.PlatformUnsupported(runtimeIdentifier),
        };
    }

    /// <summary>The platform of Linux images for machines like this one.</summary>
    public static Platform OfLinuxHere() => OfRuntimeIdentifier($"linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}");

    /// <summary>The entry of an index for a platform: the one of the same variant, else one that names none. Throws IMB2009 when there is none.</summary>
    public static Descriptor Select(ImageIndex index, Platform wanted, string where)
    {
        var candidates = index.Manifests
            .Where(entry => MediaTypes.IsManifest(entry.MediaType) && entry.Platform is { } platform && platform.Os == wanted.Os && platform.Architecture == wanted.Architecture)
            .ToArray();
        return candidates.FirstOrDefault(entry => entry.Platform!.Variant == wanted.Variant)
            ?? candidates.FirstOrDefault(entry => entry.Platform!.Variant is null || wanted.Variant is null)
            ?? throw BakeErrors.PlatformNotFound(where, wanted.ToString(), index.Manifests.Select(entry => entry.Platform?.ToString()).OfType<string>());
    }
}
