using System.Net;
using System.Text;
using System.Text.Json;

namespace ImmutableBuild.Tests.GitHub;

/// <summary>What a request looked like.</summary>
internal sealed record SeenRequest(string Method, Uri Address, string? Token, JsonElement? Body)
{
    public string Call => $"{Method} {Address.AbsolutePath}";
}

/// <summary>A way to a GitHub that answers as a test says, and otherwise as if all were well.</summary>
internal sealed class FakeGitHub : HttpMessageHandler
{
    public const string Token = "ghs_secret";

    public List<SeenRequest> Requests { get; } = [];

    /// <summary>What is answered instead; null for the usual answer.</summary>
    public Func<SeenRequest, HttpResponseMessage?> Answer { get; set; } = _ => null;

    /// <summary>Comes before every answer.</summary>
    public Func<CancellationToken, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>What a list of deployments holds.</summary>
    public string Deployments { get; set; } = "[]";

    /// <summary>The statuses of every deployment.</summary>
    public string DeploymentStatuses { get; set; } = "[]";

    /// <summary>What is answered where something was created.</summary>
    public string Created { get; set; } = """{"id":7,"sha":"aa"}""";

    public static HttpResponseMessage Reply(HttpStatusCode status, string body = "{}", params (string Name, string Value)[] headers)
    {
        var reply = new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            reply.Headers.TryAddWithoutValidation(name, value);
        }

        return reply;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
        var seen = new SeenRequest(request.Method.Method, request.RequestUri!, request.Headers.Authorization?.Parameter, body is null ? null : JsonSerializer.Deserialize<JsonElement>(body));
        Requests.Add(seen);
        await Before(cancellationToken);
        return Answer(seen) ?? Usual(seen);
    }

    private HttpResponseMessage Usual(SeenRequest request) => request.Address.AbsolutePath switch
    {
        var path when path.Contains("/compare/", StringComparison.Ordinal) => Reply(HttpStatusCode.OK, """{"status":"ahead","total_commits":1,"commits":[{"sha":"c1c1c1c1c1","commit":{"message":"feat: it"},"parents":[{"sha":"p"}]}]}"""),
        var path when path.EndsWith("/deployments", StringComparison.Ordinal) && request.Method == "GET" => Reply(HttpStatusCode.OK, Deployments),
        var path when path.Contains("/deployments/", StringComparison.Ordinal) && request.Method == "GET" => Reply(HttpStatusCode.OK, DeploymentStatuses),
        _ => Reply(HttpStatusCode.Created, Created),
    };
}
