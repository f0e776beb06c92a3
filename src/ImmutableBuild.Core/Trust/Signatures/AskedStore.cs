using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Trust.Signatures;

/// <summary>A store that is asked what is signed about an image. That it fails is IMB4011, and never taken for "there is none".</summary>
internal sealed class AskedStore(IImageStore store, string repository, Digest image)
{
    /// <summary>The store.</summary>
    public IImageStore Store => store;

    /// <summary>IMB2 speaks of bytes that came, or of content that is certainly not there, IMB5006 of a registry that contradicts itself; any other IMB5 of one that did not answer.</summary>
    public static bool IsAboutContent(ImmutableBuildException fault) => fault.Code == "IMB5006" || fault.Code.StartsWith("IMB2", StringComparison.Ordinal);

    /// <summary>A signature speaks of a digest; that the digest speaks of these bytes is for whoever runs them to check. Throws IMB4012 when it doesn't.</summary>
    public async Task<ManifestContent> ReadImageAsync(CancellationToken cancellationToken)
    {
        var content = await AskAsync(() => store.ReadManifestContentAsync(image, cancellationToken));
        var actual = Digest.Of(content.Bytes.Span);
        return actual == image ? content : throw TrustErrors.ImageAltered(repository, image, actual);
    }

    /// <summary>The manifest under a tag; null when there is none, IMB4013 when it is malformed.</summary>
    public async Task<ImageManifest?> FindManifestAsync(string tag, CancellationToken cancellationToken)
    {
        if (await AskAsync(() => store.FindTagAsync(tag, cancellationToken)) is not { } content)
        {
            return null;
        }

        return Strictly($"{repository}:{tag}", () => OciJson.ParseManifest(content.Bytes, $"{repository}:{tag}"));
    }

    /// <summary>What refers to the image; IMB4013 when the list is malformed.</summary>
    public async Task<ImmutableArray<Descriptor>> ListReferrersAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(() => store.ListReferrersAsync(image, cancellationToken));
        }
        catch (ImmutableBuildException fault) when (IsAboutContent(fault))
        {
            throw TrustErrors.SignatureManifestMalformed($"{repository}, what refers to {image}", fault.Diagnostics[0].Message, fault);
        }
    }

    /// <summary>Asks the store something.</summary>
    public async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (ImmutableBuildException fault) when (!IsAboutContent(fault) && fault.Code != "IMB4011")
        {
            throw TrustErrors.SignatureUnknown(repository, image, fault);
        }
        catch (IOException fault)
        {
            throw TrustErrors.SignatureUnknown(repository, image, fault);
        }
    }

    private static T Strictly<T>(string where, Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (ImmutableBuildException fault)
        {
            throw TrustErrors.SignatureManifestMalformed(where, fault.Message, fault);
        }
    }
}
