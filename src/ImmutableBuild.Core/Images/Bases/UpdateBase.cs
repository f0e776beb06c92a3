using ImmutableBuild.Errors;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Images.Bases;

/// <summary>Pins the base image to what its tag names now, and says what that changes: the way to take a new base, on purpose and in a commit of its own.</summary>
/// <param name="context">The options, and a directory to work in.</param>
public sealed class UpdateBase(StageContext context)
{
    /// <summary>
    /// Asks the registry and writes the lock file. IMB2022 when no base image is named by a tag; IMB2016 when the registry has none of that name,
    /// IMB2001 to IMB2005 where it is not valid.
    /// </summary>
    public async Task<UpdatedBase> RunAsync(CancellationToken cancellationToken)
    {
        var reference = context.Options.Bake.BaseImage;
        if (reference is null || !ImageReference.TryParse(reference, out var parsed) || parsed.Digest is not null || context.Options.Bake.LockFile is not { } file)
        {
            throw BakeErrors.NothingToPin(reference);
        }

        using var connector = RegistryConnector.Of(context);
        var resolver = new BaseImageResolver(context.Options.DataDirectory, connector);
        var pins = await BaseLock.ReadAsync(file, cancellationToken);
        var (was, now) = (pins.Find(reference), await resolver.ResolveAsync(reference, Here(), cancellationToken));
        if (was == now.Pin)
        {
            return new UpdatedBase(reference, file, was, now.Pin!.Value, PackageChanges.None);
        }

        var changes = await ChangesAsync(resolver, parsed, was, now, cancellationToken);
        (pins with { Bases = pins.Bases.SetItem(reference, now.Pin!.Value) }).Write(file);
        return new UpdatedBase(reference, file, was, now.Pin.Value, changes);
    }

    // The pin is the same for every platform; the packages that are compared are those of the image for machines like this one.
    private static Platform Here() => ImagePlatform.OfLinuxHere();

    private async Task<PackageChanges?> ChangesAsync(BaseImageResolver resolver, ImageReference reference, Digest? was, BaseImage now, CancellationToken cancellationToken)
    {
        if (was is not { } pinned)
        {
            return PackageChanges.None;
        }

        try
        {
            var earlier = await resolver.ResolveAsync($"{reference.Host}/{reference.Repository}@{pinned}", Here(), cancellationToken);
            return PackageChanges.Between(await ListAsync(earlier, cancellationToken), await ListAsync(now, cancellationToken));
        }
        catch (ImmutableBuildException gone) when (gone.Code == BakeErrors.BaseNotFoundCode)
        {
            // The registry has removed the image that was pinned: the pin still moves, only the packages can't be compared.
            return null;
        }
    }

    private async Task<Inventory> ListAsync(BaseImage image, CancellationToken cancellationToken)
    {
        using var reading = image.Source.BeginReading(cancellationToken);
        using var files = await ImageFileSystem.OpenAsync(image.Source, image.Digest, Path.Combine(context.WorkDirectory, "scratch"), new ImageLimits(), cancellationToken);
        return InventoryReader.Read(files, built: null, cancellationToken);
    }
}

/// <summary>What became of a base image's pin.</summary>
/// <param name="Reference">The base image, as <c>ContainerBaseImage</c> has it.</param>
/// <param name="File">The lock file.</param>
/// <param name="Was">What it was pinned to; null for nothing.</param>
/// <param name="Now">What it is pinned to.</param>
/// <param name="Changes">How the packages differ; null where the registry doesn't have the earlier image any more.</param>
public sealed record UpdatedBase(string Reference, string File, Digest? Was, Digest Now, PackageChanges? Changes);
