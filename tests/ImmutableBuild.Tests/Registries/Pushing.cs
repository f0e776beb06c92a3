using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Registries;

/// <summary>Bakes, signs as cosign does, and runs Push.</summary>
internal static class Pushing
{
    public static async Task<ReleaseRecord> BakedAndSignedAsync(TemporaryDirectory directory, ECDsa key, string work = "work")
    {
        var compile = Baking.Compile(PublishOutput.Write(directory["out"]));
        var bake = await Baking.RunAsync(directory, compile, work);
        return Sign(Baking.Record(compile) with { Bake = bake }, key);
    }

    /// <summary>Puts a new signature into the layout, in place of one that is there.</summary>
    public static ReleaseRecord Sign(ReleaseRecord record, ECDsa key)
    {
        var layout = OciLayout.Open(record.Bake!.Layout);
        var image = record.Bake.Digest;
        var payload = Encoding.UTF8.GetBytes("""{"critical":{"image":{"docker-manifest-digest":"DIGEST"}}}""".Replace("DIGEST", image.ToString(), StringComparison.Ordinal));
        var signature = Convert.ToBase64String(key.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        var layer = layout.WriteBlob("application/vnd.dev.cosign.simplesigning.v1+json", payload) with
        {
            Annotations = OciAnnotations.None.Add("dev.cosignproject.cosign/signature", signature),
        };
        var config = new ImageConfig { Architecture = "", Os = "", RootFs = new RootFileSystem { DiffIds = [layer.Digest] } };
        var manifest = new ImageManifest { MediaType = MediaTypes.Manifest, Config = layout.WriteBlob(MediaTypes.Config, OciJson.Write(config)), Layers = [layer] };
        var written = layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest));
        layout.SetReference(TagOf(image), written, CancellationToken.None);
        return record with { Sign = new SignRecord { Image = image, SignatureManifest = written.Digest, KeyId = "k", PublicKey = key.ExportSubjectPublicKeyInfoPem() } };
    }

    public static string TagOf(Digest image) => $"sha256-{image.Hex}.sig";

    public static async Task<PushRecord> PushAsync(TemporaryDirectory directory, ReleaseRecord record, string? registry = null, params string[] tags)
    {
        var options = Baking.Options(directory) with { Push = new PushOptions { Registry = registry, Tags = [.. tags] }, Bake = new BakeOptions { Repository = "me/web" } };
        var result = await new PushStage().RunAsync(record, Baking.Context(directory, "work", options), TestContext.Current.CancellationToken);
        return result.Record.Push.ShouldNotBeNull();
    }
}
