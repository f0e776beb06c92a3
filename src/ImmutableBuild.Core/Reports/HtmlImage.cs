using ImmutableBuild.Releases;

namespace ImmutableBuild.Reports;

/// <summary>The image: its layers and which were re-used, who signed it, where it went.</summary>
internal static class HtmlImage
{
    private const double BarWidth = 1000;
    private const double ThinnestPart = 5;

    public static Html Render(ReleaseRecord record) => Html.Of($"""
        {Html.Of(record.Bake, Layers)}
        {Html.Of(record.Scan, HtmlScan.Render)}
        {Html.When(record.Sign is not null || record.Push is not null, () => Provenance(record))}
        """);

    private static Html Layers(BakeRecord bake) => Html.Of($"""
        <h2>Image</h2>
        <p><code>{bake.Digest.ToString()}</code></p>
        {bake.Images.Select(image => Platform(image, bake))}
        """);

    private static Html Platform(PlatformImageRecord image, BakeRecord bake) => Html.Of($"""
        {Html.When(bake.Images.Length > 1, () => Html.Of($"<p>{image.Platform}: <code>{image.Digest.ToString()}</code></p>"))}
        <p class="soft">{image.Platform}, runs as user {image.User}, on {bake.BaseName ?? "no base image"} {Html.Of(image.BaseDigest?.ToString(), digest => Html.Of($"<code>{digest}</code>"))}</p>
        <p><span class="key new">written</span><span class="key old">re-used</span></p>
        {Bar(image)}
        <div class="wide"><table>
        <thead><tr><th>Layer</th><th>Digest</th><th class="number">Files</th><th class="number">Size</th><th></th></tr></thead>
        <tbody>
        {image.Layers.Select(Layer)}</tbody>
        </table></div>
        """);

    private static Html Layer(LayerRecord layer)
    {
        var files = layer.Files > 0 ? Units.Number(layer.Files) : "";
        var (tone, word) = layer.Reused ? ("", "re-used") : ("good", "written");
        return Html.Of($"""
            <tr><td class="name">{layer.Name}</td><td><code>sha256:{layer.Digest.Hex[..12]}</code></td><td class="number">{files}</td><td class="number">{Units.Bytes(layer.Size)}</td><td class="number"><span class="badge {tone}">{word}</span></td></tr>

            """);
    }

    /// <summary>One part for each layer, as wide as its share of the bytes, but never too thin to be seen.</summary>
    private static Html Bar(PlatformImageRecord image)
    {
        var scale = BarWidth / Math.Max(1, image.Layers.Sum(layer => layer.Size));
        var parts = new List<Html>();
        double start = 0;
        foreach (var layer in image.Layers)
        {
            var width = Math.Max(layer.Size * scale, ThinnestPart);
            parts.Add(Html.Of($"""<rect class="{(layer.Reused ? "reused" : "written")}" x="{start}" width="{width - 2}" height="14"><title>{layer.Name}, {Units.Bytes(layer.Size)}</title></rect>"""));
            start += width;
        }

        return Html.Of($"""<svg class="layers" viewBox="0 0 {start} 14" preserveAspectRatio="none" role="img" aria-label="Sizes of the layers">{parts}</svg>""");
    }

    private static Html Provenance(ReleaseRecord record) => Html.Of($"""
        <h2>Signature and place</h2>
        <div class="wide"><table><tbody>
        {Html.Of(record.Push, Pushed)}{Html.Of(record.Sign, Signed)}</tbody></table></div>
        """);

    private static Html Pushed(PushRecord push)
    {
        var sent = push.AlreadyThere ? "already there" : $"{Units.Bytes(push.BytesSent)} sent";
        return Html.Of($"""
            <tr><td class="name">Pushed to</td><td><code>{push.Repository}:{push.Tag}</code>, {sent}</td></tr>
            {push.Mirrors.Select(Mirrored)}
            """);
    }

    private static Html Mirrored(RepositoryRecord mirror) => Html.Of($"""
        <tr><td class="name">and to</td><td><code>{mirror.Repository}</code></td></tr>

        """);

    private static Html Signed(SignRecord sign) => Html.Of($"""
        <tr><td class="name">Signature</td><td><code>{sign.SignatureManifest.ToString()}</code></td></tr>
        <tr><td class="name">{(sign.Identity is null ? "Key" : "Identity")}</td><td><code>{sign.Identity ?? sign.KeyId}</code></td></tr>

        """);
}
