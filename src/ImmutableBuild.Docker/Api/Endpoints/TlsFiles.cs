namespace ImmutableBuild.Docker.Api.Endpoints;

/// <summary>The directory with <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c>, as docker keeps them.</summary>
/// <param name="Directory">Where the three files are.</param>
internal sealed record TlsFiles(string Directory)
{
    /// <summary>Who vouches for the engine.</summary>
    public string Authority => Path.Combine(Directory, "ca.pem");

    /// <summary>Who the client is.</summary>
    public string Certificate => Path.Combine(Directory, "cert.pem");

    /// <summary>The key of <see cref="Certificate"/>.</summary>
    public string Key => Path.Combine(Directory, "key.pem");
}
