using System.Net;

namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>A request that is in flight until its test ends it.</summary>
public sealed class HeldUpload : IDisposable
{
    // Kestrel gives up on bodies that come at less than 240 bytes a second on the whole; so much at once buys more than an hour.
    private const int HalfBytes = 1024 * 1024;

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(5) };
    private readonly TaskCompletionSource _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Body _body;
    private readonly Task<string> _answer;

    /// <summary>Sends half of it to the app at <paramref name="url"/>.</summary>
    public HeldUpload(Uri url)
    {
        _body = new Body(_rest.Task);
        _answer = SendAsync(new Uri(url, "/upload"));
    }

    /// <summary>Sends the rest; it has to be answered as if nothing had happened.</summary>
    public async Task EndAsync()
    {
        _rest.TrySetResult();
        (await _answer).ShouldBe($"{2 * HalfBytes}");
    }

    public void Dispose()
    {
        _rest.TrySetResult();
        _http.Dispose();
        _body.Dispose();
    }

    private async Task<string> SendAsync(Uri url)
    {
        using var answer = await _http.PostAsync(url, _body, TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private sealed class Body(Task rest) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(new byte[HalfBytes]);
            await stream.FlushAsync();
            await rest;
            await stream.WriteAsync(new byte[HalfBytes]);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 2 * HalfBytes;
            return true;
        }
    }
}
