using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway.Upgrading;
using ImmutableBuild.Generations;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ImmutableBuild.Gateway.Control;

/// <summary>The control socket: paths to orders, JSON in and out, refusals as <see cref="ErrorReply"/>.</summary>
internal sealed class ControlApplication(Func<GatewayInfo> info, Orders orders, Observer observer, Fleet fleet, Retirement retirement, GatewayLog log, Action stopped)
    : IHttpApplication<HttpContext>
{
    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context);
        }
        catch (ImmutableBuildException refusal)
        {
            await RefuseAsync(context, refusal, refusal.Code is "IMB6055" ? StatusCodes.Status400BadRequest : StatusCodes.Status409Conflict);
        }
        catch (Exception fault) when (fault is JsonException or FormatException or ArgumentException or BadHttpRequestException)
        {
            await RefuseAsync(context, GatewayErrors.RequestNotUnderstood(fault.Message, fault), StatusCodes.Status400BadRequest);
        }
        catch (Exception fault) when (!context.RequestAborted.IsCancellationRequested)
        {
            log.Write($"{context.Request.Method} {context.Request.Path}: {fault}");
            await RefuseAsync(context, GatewayErrors.Fault(fault), StatusCodes.Status500InternalServerError);
        }
    }

    private Task AnswerAsync(HttpContext context)
    {
        if (!retirement.HasBegun || context.Request.Path == GatewayProtocol.YieldPath)
        {
            return AnswerCallAsync(context);
        }

        // A caller whose connection is from before the handover reaches the other gateway with its next connection.
        context.Response.Headers.Connection = "close";
        throw GatewayErrors.HandedOver(info().App);
    }

    private Task AnswerCallAsync(HttpContext context) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("GET", GatewayProtocol.InfoPath) => SayAsync(context, info(), ProtocolJson.Default.GatewayInfo),
        ("GET", GatewayProtocol.ObservationPath) => SayAsync(context, observer.Observe(), ProtocolJson.Default.Observation),
        ("POST", GatewayProtocol.LeasePath) => AcquireAsync(context),
        ("POST", GatewayProtocol.LeaseReleasePath) => ObeyAsync(context, ProtocolJson.Default.LeasedRequest, request => orders.Release(request.Lease)),
        ("POST", GatewayProtocol.GenerationsPath) => ObeyAsync(context, ProtocolJson.Default.CreateRequest, orders.CreateAsync),
        ("PUT", GatewayProtocol.RoutePath) => ObeyAsync(context, ProtocolJson.Default.RouteRequest, request => orders.RouteAsync(request, context.RequestAborted)),
        ("POST", GatewayProtocol.LedgerPath) => ObeyAsync(context, ProtocolJson.Default.AppendRequest, orders.Append),
        ("POST", GatewayProtocol.UpgradePath) => ObeyAsync(context, ProtocolJson.Default.UpgradeRequest, orders.Upgrade),
        ("POST", GatewayProtocol.YieldPath) => retirement.YieldAsync(context),
        ("POST", GatewayProtocol.StopPath) => StopAsync(context),
        (var method, { } path) => AnswerGenerationAsync(context, method, path),
        _ => throw NoSuchPath(context),
    };

    private async Task AcquireAsync(HttpContext context)
    {
        var request = await ReadAsync(context, ProtocolJson.Default.LeaseRequest);
        await SayAsync(context, orders.Acquire(request), ProtocolJson.Default.Lease);
    }

    private async Task StopAsync(HttpContext context)
    {
        await ObeyAsync(context, ProtocolJson.Default.LeasedRequest, request => orders.StopAsync(request.Lease));
        await context.Response.CompleteAsync();
        stopped();
    }

    private Task AnswerGenerationAsync(HttpContext context, string method, string path)
    {
        // /v1/generations/{id}/destroy and /v1/generations/{id}/instances/{name}/log or replacement
        var parts = path.Split('/');
        if (parts.Length < 5 || $"/{parts[1]}/{parts[2]}" != GatewayProtocol.GenerationsPath || !GenerationId.TryParse(parts[3], out var id))
        {
            throw NoSuchPath(context);
        }

        return (method, parts.Length, parts[4], parts[^1]) switch
        {
            ("POST", 5, "destroy", _) => ObeyAsync(context, ProtocolJson.Default.LeasedRequest, request => orders.Destroy(id, request.Lease)),
            ("POST", 7, "instances", "replacement") => ObeyAsync(context, ProtocolJson.Default.ReplaceRequest, request => orders.ReplaceAsync(id, parts[5], request, context.RequestAborted)),
            ("GET", 7, "instances", "log") => SayAsync(context, Log(id, parts[5], context.Request.Query["lines"]), ProtocolJson.Default.LogReply),
            _ => throw NoSuchPath(context),
        };
    }

    private LogReply Log(GenerationId id, string name, string? lines)
    {
        var count = int.TryParse(lines, out var asked) && asked > 0 ? Math.Min(asked, GatewayProtocol.MaximumLogLines) : GatewayProtocol.MaximumLogLines;
        var instance = fleet.Find(id)?.Roster.All.FirstOrDefault(instance => instance.Record.Name == name);
        return new LogReply(instance?.ReadLog(count) ?? []);
    }

    private static Task ObeyAsync<T>(HttpContext context, JsonTypeInfo<T> type, Action<T> order) => ObeyAsync(context, type, request =>
    {
        order(request);
        return Task.CompletedTask;
    });

    private static async Task ObeyAsync<T>(HttpContext context, JsonTypeInfo<T> type, Func<T, Task> order)
    {
        await order(await ReadAsync(context, type));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type) =>
        await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted) ?? throw new JsonException("The body is null.");

    private static async Task SayAsync<T>(HttpContext context, T message, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, message, type, context.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext context, ImmutableBuildException refusal, int status)
    {
        context.Response.StatusCode = status;
        return SayAsync(context, new ErrorReply(refusal.Code, refusal.Diagnostics[0].Message, refusal.IsTransient), ProtocolJson.Default.ErrorReply);
    }

    private static ImmutableBuildException NoSuchPath(HttpContext context) =>
        GatewayErrors.RequestNotUnderstood($"{context.Request.Method} {context.Request.Path} is no call of protocol version {GatewayProtocol.Version}.");
}
