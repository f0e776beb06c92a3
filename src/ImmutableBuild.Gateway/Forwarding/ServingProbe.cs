using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>
/// Marks the gateway's own requests through the public entry (F24). The secret is this process's own, so nobody else's request is
/// taken for one; such a request is not counted as traffic, and its answer names the generation that gave it.
/// </summary>
internal sealed class ServingProbe
{
    /// <summary>The request's field; its value is <see cref="Secret"/>.</summary>
    public const string Field = "Immutable-Probe";

    /// <summary>The answer's field: a generation's id. Apps may set it, too; instances' own probes then check it (F15).</summary>
    public const string GenerationField = "Immutable-Generation";

    /// <summary>What only this process knows.</summary>
    public string Secret { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>Whether <paramref name="request"/> is one of the gateway's own.</summary>
    public bool Sent(HttpRequest request) => request.Headers.TryGetValue(Field, out var value) && value == Secret;
}
