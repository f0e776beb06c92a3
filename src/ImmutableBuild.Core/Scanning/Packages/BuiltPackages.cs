using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>
/// What an app was built from, as its restore says. It completes what the image itself says (license, supplier, hash), and stands in for
/// it where a publish leaves no <c>deps.json</c>. Compile writes it beside the record, since the packages' folder may be another machine's.
/// </summary>
internal sealed record BuiltPackages
{
    /// <summary>The app's program within the image: <c>Shop</c> or <c>Shop.dll</c>.</summary>
    public required string EntryPoint { get; init; }

    /// <summary>The packages, in the order of their ids.</summary>
    public required ImmutableArray<BuiltPackage> Packages { get; init; }

    /// <summary>Reads the file; null where it is missing or of another form, for then nothing is known.</summary>
    public static BuiltPackages? TryRead(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), BuiltPackagesJson.Default.BuiltPackages) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The digest over a file, for what depends on it; empty where there is none.</summary>
    public static string StampOf(string? file) => file is not null && File.Exists(file) ? Digest.Of(File.ReadAllBytes(file)).ToString() : "";

    /// <summary>The file's bytes.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BuiltPackagesJson.Default.BuiltPackages);

    /// <summary>Adds to a component what the restore knows of the same package.</summary>
    public Component Complete(Component component)
    {
        var package = component.Advisory is { Ecosystem: "NuGet" } identity ? Find(identity.Name, identity.Version) : null;
        return package is null ? component : component with
        {
            License = component.License ?? package.License,
            Supplier = component.Supplier ?? package.Authors,
            PackageSha512 = component.PackageSha512 ?? package.Sha512,
        };
    }

    /// <summary>The packages whose code is in the program, for a program that doesn't say so itself.</summary>
    public IEnumerable<Component> ComponentsOf(ImageEntry program)
    {
        var byId = Packages.Where(package => package.IsPublished).ToDictionary(package => package.Id, package => ToComponent(package, program), StringComparer.OrdinalIgnoreCase);
        foreach (var package in Packages.Where(package => package.IsPublished))
        {
            yield return byId[package.Id] with
            {
                DependsOn = package.DependsOn.Select(id => byId.GetValueOrDefault(id)?.Reference).OfType<string>().ToImmutableSortedSet(StringComparer.Ordinal),
            };
        }
    }

    private BuiltPackage? Find(string id, string version) =>
        Packages.FirstOrDefault(package => package.Id.Equals(id, StringComparison.OrdinalIgnoreCase) && package.Version.Equals(version, StringComparison.OrdinalIgnoreCase));

    private static Component ToComponent(BuiltPackage package, ImageEntry program) => new()
    {
        Kind = package.IsRuntime ? ComponentKind.Framework : ComponentKind.Library,
        Name = package.Id,
        Version = package.Version,
        Purl = PackageUrl.Of("nuget", null, package.Id, package.Version),
        Advisory = new AdvisoryIdentity("NuGet", package.Id, package.Version),
        License = package.License,
        Supplier = package.Authors,
        PackageSha512 = package.Sha512,
        Locations = ImmutableSortedSet.Create(StringComparer.Ordinal, program.Path),
        Layer = program.Layer,
    };
}

/// <summary>A package that an app was built from.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Its version.</param>
/// <param name="Sha512">The SHA-512 of its content, lower-case hex; null where not known.</param>
/// <param name="License">What its nuspec says; null for nothing.</param>
/// <param name="Authors">Whom its nuspec names; null for nobody.</param>
/// <param name="IsRuntime">It is a runtime pack.</param>
/// <param name="IsPublished">It has something that is published: not only a compiler's or an analyzer's.</param>
/// <param name="DependsOn">The ids of the packages it needs.</param>
internal sealed record BuiltPackage(
    string Id, string Version, string? Sha512, License? License, string? Authors, bool IsRuntime, bool IsPublished, ImmutableArray<string> DependsOn);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(BuiltPackages))]
internal sealed partial class BuiltPackagesJson : JsonSerializerContext;
