using System.Collections.Immutable;
using static ImmutableBuild.Releases.Options.OptionTypes;

namespace ImmutableBuild.Releases.Options;

/// <summary>The part of the <see cref="OptionCatalogue"/> that says what a promotion takes.</summary>
public static class PromoteCatalogue
{
    /// <summary>From where.</summary>
    public static PropertyOption<string> From { get; } = new("ImmutablePromoteFrom", Label, null, "The environment whose live image `-t:Promote` takes to `ImmutableEnvironment`.");

    /// <summary>Which image.</summary>
    public static PropertyOption<NamedDigest?> Image { get; } = new(
        "ImmutablePromoteImage",
        new OptionType<NamedDigest?>("a digest `sha256:…`, or an image by its digest, `<host/repository>@sha256:…`", NamedDigest.TryParse),
        null,
        "The image that `-t:Promote` takes. With `ImmutablePromoteFrom` it has to be the one that is live there, so that what was approved is promoted and nothing else. Default: what is live there.");

    /// <summary>Both, in the order they are documented.</summary>
    public static ImmutableArray<PropertyOption> All { get; } = [From, Image];

    internal static PromoteOptions Read(OptionReader reader) => new() { From = reader.Find(From), Image = reader.Get(Image, null) };
}
