namespace ImmutableBuild.Registries;

/// <summary>An address as messages show it: queries and users hold signatures, tokens and passwords.</summary>
internal static class RedactedUrl
{
    /// <summary>Scheme, host and path.</summary>
    public static string Of(Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) + (address.Query.Length > 0 ? "?<redacted>" : "");
}
