using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Registries;

/// <summary>
/// One repository of a registry that speaks the OCI distribution specification 1.1. What it reads is hashed; what headers say
/// of digests and lengths is never taken for true.
/// </summary>
public sealed class RegistryClient : IImageSource
{
    private readonly RegistrySession _session;
    private readonly string _repository;
    private readonly string? _mountFrom;

    internal RegistryClient(RegistrySession session, string repository, string? mountFrom = null) => (_session, _repository, _mountFrom) = (session, repository, mountFrom);

    /// <inheritdoc/>
    public string Name => $"{_session.Registry.Name}/{_repository}";

    /// <inheritdoc/>
    public Task<ManifestContent?> FindManifestAsync(Digest digest, CancellationToken cancellationToken) =>
        FindManifestAsync(digest.ToString(), digest, cancellationToken);

    /// <summary>What a tag means right now; null when there is no such tag. The digest is that of the bytes received.</summary>
    public Task<ManifestContent?> FindTagAsync(string tag, CancellationToken cancellationToken) => ImageReference.IsTag(tag)
        ? FindManifestAsync(tag, null, cancellationToken)
        : throw RegistryErrors.ReferenceInvalid($"{Name}:{tag}");

    /// <inheritdoc/>
    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        var where = $"{Name}, blob {blob.Digest}";
        var download = new ResumingBlobStream(AddressOf($"blobs/{blob.Digest}"), offset => OpenRangeAsync(blob, offset, cancellationToken));
        return Task.FromResult<Stream>(new DigestCheckingStream(download, blob.Digest, blob.Size, where));
    }

    /// <summary>Whether the repository has a blob.</summary>
    public async Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Head, $"blobs/{blob.Digest}", cancellationToken);
        return response.StatusCode == HttpStatusCode.NotFound ? false
            : response.IsSuccessStatusCode ? (response.Content.Headers.ContentLength ?? blob.Size) == blob.Size
            : throw await FaultAsync(response, cancellationToken);
    }

    /// <summary>
    /// Brings a blob there, again after a cut. <paramref name="open"/> gives its content anew each time. False when nothing had to be sent, since the
    /// registry has it in the repository it may be taken from.
    /// </summary>
    public async Task<bool> UploadBlobAsync(Descriptor blob, Func<CancellationToken, Task<Stream>> open, CancellationToken cancellationToken)
    {
        // Of an image upon another one, that one's repository has layers at most.
        var upload = new BlobUpload(_session, AddressOf("blobs/uploads/"), blob, open, MediaTypes.IsLayer(blob.MediaType) ? _mountFrom : null);
        using var response = await upload.RunAsync(cancellationToken);
        RequireStored(response, blob.Digest);
        return response.StatusCode == HttpStatusCode.Created ? !upload.WasMounted : throw await FaultAsync(response, cancellationToken);
    }

    /// <summary>Puts a manifest under a tag or its digest. Throws IMB5006 when the registry made something else of it.</summary>
    public Task PutManifestAsync(string reference, ManifestContent manifest, CancellationToken cancellationToken) =>
        PutAsync(reference, manifest, condition: null, cancellationToken);

    /// <summary>The same, only if the reference isn't there; false when the registry refused for that. One that knows no conditions puts it in any case.</summary>
    public Task<bool> PutNewManifestAsync(string reference, ManifestContent manifest, CancellationToken cancellationToken) =>
        PutAsync(reference, manifest, EntityTagHeaderValue.Any, cancellationToken);

    /// <summary>
    /// Puts a manifest under its digest. Whether the registry lists it among the referrers of <paramref name="subject"/> by itself
    /// (distribution-spec, "Pushing Manifests with Subject").
    /// </summary>
    public async Task<bool> PutReferrerAsync(ManifestContent manifest, Digest subject, CancellationToken cancellationToken)
    {
        var listed = false;
        await PutAsync(manifest.Digest.ToString(), manifest, condition: null, cancellationToken, response =>
            listed = response.Headers.TryGetValues("OCI-Subject", out var subjects) && subjects.First() == subject.ToString());
        return listed;
    }

    /// <summary>What the registry lists as referring to <paramref name="subject"/>; nothing where it doesn't know the question, and a tag has to do.</summary>
    public Task<ImmutableArray<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
        new ReferrersPages(AddressOf($"referrers/{subject}"), GetAsync).ReadAsync(cancellationToken);

    private Task<HttpResponseMessage> GetAsync(Uri address, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, address, cancellationToken);

    private async Task<bool> PutAsync(string reference, ManifestContent manifest, EntityTagHeaderValue? condition, CancellationToken cancellationToken, Action<HttpResponseMessage>? stored = null)
    {
        using var response = await _session.SendAsync(
            () =>
            {
                var content = new ReadOnlyMemoryContent(manifest.Bytes);
                content.Headers.ContentType = new MediaTypeHeaderValue(manifest.MediaType);
                var request = new HttpRequestMessage(HttpMethod.Put, AddressOf($"manifests/{reference}")) { Content = content };
                if (condition is not null)
                {
                    request.Headers.IfNoneMatch.Add(condition);
                }

                return Task.FromResult(request);
            },
            cancellationToken);
        if (condition is not null && response.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return false;
        }

        if (response.StatusCode is not (HttpStatusCode.Created or HttpStatusCode.OK or HttpStatusCode.Accepted))
        {
            throw await FaultAsync(response, cancellationToken);
        }

        RequireStored(response, manifest.Digest);
        stored?.Invoke(response);
        return true;
    }

    private static void RequireStored(HttpResponseMessage response, Digest wanted)
    {
        if (response.IsSuccessStatusCode && response.Headers.TryGetValues("Docker-Content-Digest", out var digests) && digests.First() != wanted.ToString())
        {
            throw RegistryErrors.RegistryLies(response, $"it to store {wanted}", "another digest");
        }
    }

    private async Task<ManifestContent?> FindManifestAsync(string reference, Digest? expected, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, $"manifests/{reference}", cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        if (!response.IsSuccessStatusCode)
        {
            throw await FaultAsync(response, cancellationToken);
        }

        var bytes = await BoundedBody.ReadAsync(response, OciJson.MaxManifestBytes, cancellationToken);
        var digest = Digest.Of(bytes);
        if (expected is { } wanted && wanted != digest)
        {
            throw RegistryErrors.RegistryLies(response, wanted.ToString(), digest.ToString());
        }

        return new ManifestContent(digest, MediaTypeOf(response, bytes), bytes);
    }

    // Header and document must agree on the media type: other clients believe the one or the other (R4).
    private string MediaTypeOf(HttpResponseMessage response, byte[] bytes)
    {
        var written = ManifestMediaType.Of(bytes, Name);
        var header = response.Content.Headers.ContentType?.MediaType;
        var isKnown = MediaTypes.IsManifest(written) || MediaTypes.IsIndex(written);
        var agrees = header is null or "application/json" or "application/octet-stream" or "text/plain" || header == written;
        return isKnown && agrees ? written : throw RegistryErrors.RegistryLies(response, $"a manifest or index, of the type its header says ({header})", $"'{(written.Length > 100 ? written[..100] : written)}'");
    }

    private async Task<Stream> OpenRangeAsync(Descriptor blob, long offset, CancellationToken cancellationToken)
    {
        var response = await _session.SendAsync(
            () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, AddressOf($"blobs/{blob.Digest}"));
                request.Headers.Range = offset > 0 ? new RangeHeaderValue(offset, null) : null;
                return Task.FromResult(request);
            },
            cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            using (response)
            {
                throw response.StatusCode == HttpStatusCode.NotFound ? BakeErrors.NotFound($"blob {blob.Digest}", Name) : await FaultAsync(response, cancellationToken);
            }
        }

        var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        if (offset > 0 && response.StatusCode != HttpStatusCode.PartialContent)
        {
            await stream.SkipAsync(offset, cancellationToken);
        }

        return stream;
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken) => SendAsync(method, AddressOf(path), cancellationToken);

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, CancellationToken cancellationToken) => _session.SendAsync(
        () =>
        {
            var request = new HttpRequestMessage(method, address);
            foreach (var type in (string[])[MediaTypes.Manifest, MediaTypes.Index, MediaTypes.DockerManifest, MediaTypes.DockerManifestList])
            {
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
            }

            return Task.FromResult(request);
        },
        cancellationToken);

    private Uri AddressOf(string path) => new(_session.Registry.Api, $"{_repository}/{path}");

    internal static async Task<ImmutableBuildException> FaultAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var says = await BoundedBody.ErrorTextAsync(response, cancellationToken);
        return response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? RegistryErrors.Unauthorized(response, says.Length > 0 ? says : "the account may not do this")
            : RegistryRetry.IsTransient(response.StatusCode) ? RegistryErrors.Busy(response, says)
            : RegistryErrors.UnexpectedStatus(response, says);
    }
}
