using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Registries;

/// <summary>
/// One blob on its way into a repository (OCI distribution-spec 1.1, "Pushing blobs"). What another repository of the registry has is mounted; a
/// small blob is sent in one piece; a larger one is sent so that it can go on, after a cut, from where the registry says it has come.
/// </summary>
/// <param name="session">Speaks to the registry.</param>
/// <param name="uploads">Where uploads begin.</param>
/// <param name="blob">What is sent.</param>
/// <param name="open">Gives its content anew each time.</param>
/// <param name="mountFrom">Another repository of the registry that may have it; null for none.</param>
internal sealed class BlobUpload(RegistrySession session, Uri uploads, Descriptor blob, Func<CancellationToken, Task<Stream>> open, string? mountFrom)
{
    private const long LargestInOnePiece = 1024 * 1024;
    private const long WorthAnotherAttempt = 32 * 1024;

    private bool _isInOnePiece = blob.Size <= LargestInOnePiece;
    private Uri? _place;
    private long _reached;

    /// <summary>Whether the registry took the blob from the other repository, so that nothing was sent.</summary>
    public bool WasMounted { get; private set; }

    /// <summary>Sends the blob, and tries again as long as the attempts bring it further. The registry's last reply; throws IMB5002 when there is none.</summary>
    public async Task<HttpResponseMessage> RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var before = _reached;
            try
            {
                var response = await session.RetryAsync(AttemptAsync, cancellationToken);
                if (!RegistryRetry.IsTransient(response.StatusCode) || !HasComeOn(before))
                {
                    return response;
                }

                response.Dispose();
            }
            catch (ImmutableBuildException fault) when (fault.IsTransient && HasComeOn(before))
            {
                // The connection was cut, but the upload came further than before: go on from there.
            }
        }
    }

    private bool HasComeOn(long before) => _reached - before >= WorthAnotherAttempt;

    private async Task<HttpResponseMessage> AttemptAsync(CancellationToken cancellationToken) =>
        await ContinuedAsync(cancellationToken) ?? await BegunAsync(cancellationToken);

    /// <summary>What became of an upload that was cut; null when it has to begin anew.</summary>
    private async Task<HttpResponseMessage?> ContinuedAsync(CancellationToken cancellationToken)
    {
        if (_isInOnePiece || _place is not { } place)
        {
            return null;
        }

        var asked = await session.SendOnceAsync(() => Task.FromResult(new HttpRequestMessage(HttpMethod.Get, place)), cancellationToken);
        if (RegistryRetry.IsTransient(asked.StatusCode))
        {
            return asked;
        }

        if (TakeReached(asked) is { } reached)
        {
            _reached = Math.Max(_reached, reached);
            var sent = await SendAsync(reached, cancellationToken);
            if (sent is not { StatusCode: HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.RequestedRangeNotSatisfiable })
            {
                return sent;
            }

            // The registry does not have what it said it has: begin anew.
            sent.Dispose();
        }

        _place = null;
        return null;
    }

    private async Task<HttpResponseMessage> BegunAsync(CancellationToken cancellationToken)
    {
        var begun = await BeginAsync(cancellationToken);
        WasMounted = begun.StatusCode == HttpStatusCode.Created;
        if (begun.StatusCode != HttpStatusCode.Accepted)
        {
            return begun;
        }

        Move(begun);
        return _isInOnePiece ? await EndAsync(0, cancellationToken) : await SendAsync(0, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(long reached, CancellationToken cancellationToken)
    {
        if (reached == blob.Size)
        {
            return await EndAsync(reached, cancellationToken);
        }

        var sent = await session.SendOnceAsync(() => RequestAsync(HttpMethod.Patch, _place!, reached, cancellationToken), cancellationToken);
        if (sent.StatusCode is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented)
        {
            sent.Dispose();
            _isInOnePiece = true;
            return await BegunAsync(cancellationToken);
        }

        if (sent.StatusCode != HttpStatusCode.Accepted)
        {
            return sent;
        }

        Move(sent);
        return await EndAsync(blob.Size, cancellationToken);
    }

    private async Task<HttpResponseMessage> BeginAsync(CancellationToken cancellationToken)
    {
        var address = mountFrom is null ? uploads : new Uri(uploads, $"?mount={Uri.EscapeDataString(blob.Digest.ToString())}&from={Uri.EscapeDataString(mountFrom)}");
        return await session.SendOnceAsync(() => Task.FromResult(new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent([]) }), cancellationToken);
    }

    /// <summary>Sends what is left from <paramref name="reached"/> on, and the digest with it.</summary>
    private Task<HttpResponseMessage> EndAsync(long reached, CancellationToken cancellationToken) =>
        session.SendOnceAsync(() => RequestAsync(HttpMethod.Put, UploadLocation.With(_place!, blob.Digest), reached, cancellationToken), cancellationToken);

    private async Task<HttpRequestMessage> RequestAsync(HttpMethod method, Uri address, long from, CancellationToken cancellationToken)
    {
        var content = from < blob.Size ? new StreamContent(await OpenAsync(from, cancellationToken)) : (HttpContent)new ByteArrayContent([]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.ContentLength = blob.Size - from;
        if (method == HttpMethod.Patch && from > 0)
        {
            // Not "bytes 0-9/10" but "0-9", which .NET's own header class does not write.
            content.Headers.TryAddWithoutValidation("Content-Range", string.Create(CultureInfo.InvariantCulture, $"{from}-{blob.Size - 1}"));
        }

        // A registry that is going to refuse a large body, for an expired token or because it is busy, then says so before the body is sent.
        var isLarge = content.Headers.ContentLength > LargestInOnePiece;
        return new HttpRequestMessage(method, address) { Content = content, Headers = { ExpectContinue = isLarge ? true : null } };
    }

    private async Task<Stream> OpenAsync(long from, CancellationToken cancellationToken)
    {
        var stream = await open(cancellationToken);
        await stream.SkipAsync(from, cancellationToken);
        return stream;
    }

    /// <summary>How much of it the registry has by an earlier attempt; null when it says nothing that can be gone on from.</summary>
    private long? TakeReached(HttpResponseMessage asked)
    {
        using (asked)
        {
            if (asked.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.OK or HttpStatusCode.Accepted) || End(asked) is not { } end || end >= blob.Size)
            {
                return null;
            }

            if (asked.Headers.Location is not null)
            {
                _place = UploadLocation.Of(session.Registry, asked);
            }

            // "0-0" means one byte, but registries say it of an upload that has none yet too: take it for none.
            return end == 0 ? 0 : end + 1;
        }
    }

    private void Move(HttpResponseMessage response)
    {
        using (response)
        {
            _place = UploadLocation.Of(session.Registry, response);
        }
    }

    /// <summary>The last byte that the registry has, of a header like <c>Range: 0-1023</c>.</summary>
    private static long? End(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Range", out var values)
        && values.ToString().Replace("bytes=", "", StringComparison.OrdinalIgnoreCase) is var range
        && range.StartsWith("0-", StringComparison.Ordinal)
        && long.TryParse(range.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var end)
            ? end
            : null;
}
