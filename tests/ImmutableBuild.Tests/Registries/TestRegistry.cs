using System.Collections.Concurrent;
using System.Text;
using ImmutableBuild.Images;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ImmutableBuild.Tests.Registries;

/// <summary>
/// A small but proper registry (OCI distribution-spec 1.1: manifests, blobs, uploads in one piece and in several, mounts, ranges) over real HTTP on a
/// loopback port, which can be told to misbehave. What it stores, it hashes like any other.
/// </summary>
internal sealed partial class TestRegistry : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (string MediaType, byte[] Bytes)> _manifests = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, MemoryStream> _uploads = new(StringComparer.Ordinal);

    private TestRegistry(WebApplication server) => _server = server;

    /// <summary>Its <c>host:port</c>.</summary>
    public string Host => new Uri(_server.Urls.First()).Authority;

    /// <summary>What was asked so far: method and path.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The <c>Authorization</c> headers that came, null where there was none.</summary>
    public ConcurrentQueue<string?> Authorizations { get; } = new();

    /// <summary>Bytes of blobs that were uploaded.</summary>
    public long BytesUploaded;

    /// <summary>Looks at each request first; true when it answered it itself.</summary>
    public Func<HttpContext, Task<bool>> Before { get; set; } = static _ => Task.FromResult(false);

    /// <summary>Looks at each request once it was served.</summary>
    public Action<HttpContext> After { get; set; } = static _ => { };

    /// <summary>What is sent for a blob or manifest instead of what it is.</summary>
    public Func<byte[], byte[]> Lie { get; set; } = static content => content;

    /// <summary>Where an upload goes on, given the honest place.</summary>
    public Func<string, string> Location { get; set; } = static honest => honest;

    /// <summary>Cuts the connection, once, after so many bytes of an upload that may go on; what came is kept.</summary>
    public int? CutUploadAfter { get; set; }

    /// <summary>Takes uploads in several pieces.</summary>
    public bool KnowsPatch { get; set; } = true;

    /// <summary>What other repositories have: the content by <c>repository@digest</c>.</summary>
    public ConcurrentDictionary<string, byte[]> Mountable { get; } = new(StringComparer.Ordinal);

    /// <summary>Cuts the connection after so many bytes of a blob.</summary>
    public int? CutAfter { get; set; }

    /// <summary>Puts a manifest with <c>If-None-Match: *</c> only where there is none.</summary>
    public bool KeepsConditions { get; set; }

    /// <summary>Answers range requests as if they were none.</summary>
    public bool IgnoresRanges { get; set; }

    public static async Task<TestRegistry> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var registry = new TestRegistry(server);
        server.Run(registry.AnswerAsync);
        await server.StartAsync();
        return registry;
    }

    /// <summary>Answers the next <paramref name="times"/> requests of a method with a status.</summary>
    public void Fail(string method, int status, int times, string? retryAfter = null)
    {
        var left = times;
        Before = context =>
        {
            if (context.Request.Method != method || Interlocked.Decrement(ref left) < 0)
            {
                return Task.FromResult(false);
            }

            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = retryAfter;
            return Task.FromResult(true);
        };
    }

    /// <summary>Puts a manifest under a tag behind everyone's back.</summary>
    public void SetManifest(string repository, string reference, string mediaType, byte[] bytes)
    {
        _manifests[$"{repository}/{reference}"] = (mediaType, bytes);
        _manifests[$"{repository}/{Digest.Of(bytes)}"] = (mediaType, bytes);
    }

    /// <summary>Forgets all uploads that have begun.</summary>
    public void ForgetUploads() => _uploads.Clear();

    public byte[]? FindBlob(Digest digest) => _blobs.GetValueOrDefault(digest.ToString());

    public void SetBlob(byte[] content) => _blobs[Digest.Of(content).ToString()] = content;

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true));
        await _server.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Requests.Enqueue($"{context.Request.Method} {path}");
        Authorizations.Enqueue(context.Request.Headers.Authorization);
        if (await Before(context))
        {
            return;
        }

        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var kind = Array.FindLastIndex(parts, part => part is "manifests" or "blobs" or "referrers");
        var repository = kind > 0 ? string.Join('/', parts[1..kind]) : "";
        var rest = kind > 0 ? parts[(kind + 1)..] : [];
        await (kind < 0 ? Error(context, 404, "NAME_UNKNOWN")
            : parts[kind] == "referrers" ? ReferrersAsync(context, repository, rest[0])
            : parts[kind] == "manifests" ? ManifestAsync(context, repository, rest[0])
            : rest[0] == "uploads" ? UploadAsync(context, repository, rest)
            : BlobAsync(context, rest[0]));
        After(context);
    }

    private async Task ManifestAsync(HttpContext context, string repository, string reference)
    {
        if (context.Request.Method == "PUT")
        {
            var bytes = await BodyAsync(context);
            if (KeepsConditions && context.Request.Headers.IfNoneMatch == "*" && _manifests.ContainsKey($"{repository}/{reference}"))
            {
                await Error(context, 412, "DENIED");
                return;
            }

            SetManifest(repository, reference, context.Request.ContentType!, bytes);
            if (ReferrersPage is not null && SubjectOf(bytes) is { } subject)
            {
                context.Response.Headers["OCI-Subject"] = subject;
            }

            context.Response.StatusCode = 201;
            context.Response.Headers["Docker-Content-Digest"] = Digest.Of(Lie(bytes)).ToString();
        }
        else if (_manifests.TryGetValue($"{repository}/{reference}", out var found))
        {
            context.Response.ContentType = found.MediaType;
            context.Response.Headers["Docker-Content-Digest"] = Digest.Of(found.Bytes).ToString();
            await context.Response.Body.WriteAsync(Lie(found.Bytes));
        }
        else
        {
            await Error(context, 404, "MANIFEST_UNKNOWN");
        }
    }

    private async Task BlobAsync(HttpContext context, string digest)
    {
        if (!_blobs.TryGetValue(digest, out var content))
        {
            await Error(context, 404, "BLOB_UNKNOWN");
            return;
        }

        content = Lie(content);
        var from = IgnoresRanges ? 0 : (int)(context.Request.GetTypedHeaders().Range?.Ranges.First().From ?? 0);
        context.Response.StatusCode = from > 0 ? 206 : 200;
        context.Response.ContentLength = content.Length - from;
        if (context.Request.Method == "HEAD")
        {
            return;
        }

        var send = Math.Min(content.Length - from, CutAfter ?? int.MaxValue);
        await context.Response.Body.WriteAsync(content.AsMemory(from, send));
        await context.Response.Body.FlushAsync();
        if (send < content.Length - from)
        {
            // What was sent has to arrive before the connection is reset.
            await Task.Delay(50);
            context.Abort();
        }
    }

    private Task UploadAsync(HttpContext context, string repository, string[] rest)
    {
        if (context.Request.Method == "POST")
        {
            return BeginUploadAsync(context, repository);
        }

        return rest.Length != 2 || context.Request.Query["state"] != "1" || !_uploads.TryGetValue(rest[1], out var upload)
            ? Error(context, 404, "BLOB_UPLOAD_UNKNOWN")
            : context.Request.Method switch
            {
                "GET" => Accept(context, 204, repository, rest[1], upload),
                "PATCH" => ContinueUploadAsync(context, repository, rest[1], upload),
                _ => EndUploadAsync(context, rest[1], upload),
            };
    }

    private Task BeginUploadAsync(HttpContext context, string repository)
    {
        if (Mountable.TryGetValue($"{context.Request.Query["from"]}@{context.Request.Query["mount"]}", out var content))
        {
            SetBlob(content);
            context.Response.StatusCode = 201;
            return Task.CompletedTask;
        }

        var id = Guid.NewGuid().ToString("N");
        return Accept(context, 202, repository, id, _uploads[id] = new MemoryStream());
    }

    private Task Accept(HttpContext context, int status, string repository, string id, MemoryStream upload)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Location = Location($"/v2/{repository}/blobs/uploads/{id}?state=1");
        context.Response.Headers.Range = $"0-{Math.Max(0, upload.Length - 1)}";
        return Task.CompletedTask;
    }

    private async Task ContinueUploadAsync(HttpContext context, string repository, string id, MemoryStream upload)
    {
        var at = context.Request.Headers.ContentRange.ToString() is { Length: > 0 } range ? long.Parse(range.Split('-')[0], System.Globalization.CultureInfo.InvariantCulture) : upload.Length;
        if (!KnowsPatch || at != upload.Length)
        {
            await Error(context, KnowsPatch ? 416 : 405, "UNSUPPORTED");
            return;
        }

        var (buffer, left) = (new byte[64 * 1024], CutUploadAfter ?? int.MaxValue);
        while (left > 0 && await context.Request.Body.ReadAsync(buffer.AsMemory(0, Math.Min(buffer.Length, left))) is var count and > 0)
        {
            upload.Write(buffer, 0, count);
            left -= count;
            Interlocked.Add(ref BytesUploaded, count);
        }

        if (left == 0)
        {
            CutUploadAfter = null;
            context.Abort();
            return;
        }

        await Accept(context, 202, repository, id, upload);
    }

    private async Task EndUploadAsync(HttpContext context, string id, MemoryStream upload)
    {
        var rest = await BodyAsync(context);
        Interlocked.Add(ref BytesUploaded, rest.Length);
        byte[] bytes = [.. upload.ToArray(), .. rest];
        if (context.Request.Query["digest"] != Digest.Of(bytes).ToString())
        {
            await Error(context, 400, "DIGEST_INVALID");
            return;
        }

        _uploads.TryRemove(id, out _);
        SetBlob(bytes);
        context.Response.StatusCode = 201;
    }

    private static async Task<byte[]> BodyAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    private static Task Error(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($$$"""{"errors":[{"code":"{{{code}}}","message":"not \u001b[31mhere"}]}""")).AsTask();
    }
}
