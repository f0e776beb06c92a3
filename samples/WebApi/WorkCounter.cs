namespace WebApi;

/// <summary>Counts the requests that are being worked on.</summary>
internal sealed class WorkCounter
{
    private int _inFlight;

    public int InFlight => Volatile.Read(ref _inFlight);

    public void Begin() => Interlocked.Increment(ref _inFlight);

    public void End() => Interlocked.Decrement(ref _inFlight);
}

/// <summary>Counts each request while it runs.</summary>
internal sealed class CountWork(RequestDelegate next, WorkCounter counter)
{
    public async Task InvokeAsync(HttpContext context)
    {
        counter.Begin();
        try
        {
            await next(context);
        }
        finally
        {
            counter.End();
        }
    }
}
