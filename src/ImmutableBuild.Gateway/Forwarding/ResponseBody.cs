using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>
/// Passes a response's body on as it comes. Bytes wait only while more are already here, so an event of a stream leaves at once,
/// and a small response leaves with its head in one write.
/// </summary>
internal static class ResponseBody
{
    private const int SmallBytes = 4 * 1024;
    private const int LargeBytes = 64 * 1024;

    /// <summary>Copies until the instance's body ends.</summary>
    public static async ValueTask RelayAsync(HttpResponseMessage source, HttpResponse target, CancellationToken cancellationToken)
    {
        await target.StartAsync(cancellationToken);
        var body = source.Content.ReadAsStream(cancellationToken);
        var writer = target.BodyWriter;
        var left = target.ContentLength ?? long.MaxValue;
        var unsent = 1;
        var size = SmallBytes;
        while (left > 0)
        {
            // A read of nothing waits for data without holding a buffer meanwhile.
            var ready = body.ReadAsync(Memory<byte>.Empty, cancellationToken);
            if (!ready.IsCompletedSuccessfully)
            {
                unsent = await FlushAsync(writer, unsent, cancellationToken);
            }

            await ready;
            var memory = writer.GetMemory(size);
            var count = await body.ReadAsync(memory, cancellationToken);
            if (count == 0)
            {
                return;
            }

            writer.Advance(count);
            left -= count;
            unsent += count;
            size = count == memory.Length ? LargeBytes : size;
            if (unsent >= LargeBytes)
            {
                unsent = await FlushAsync(writer, unsent, cancellationToken);
            }
        }
    }

    private static async ValueTask<int> FlushAsync(PipeWriter writer, int unsent, CancellationToken cancellationToken)
    {
        if (unsent > 0)
        {
            await writer.FlushAsync(cancellationToken);
        }

        return 0;
    }
}
