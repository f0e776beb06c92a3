namespace ImmutableBuild.Registries;

/// <summary>
/// <c>DOTNET_CONTAINER_INSECURE_REGISTRIES</c>: the registries that the .NET SDK may talk plain HTTP to, and so may a release. The
/// SDK's documentation separates them by ',', its code by ';'; both are taken.
/// </summary>
internal static class InsecureRegistries
{
    /// <summary>The variable's name.</summary>
    public const string Variable = "DOTNET_CONTAINER_INSECURE_REGISTRIES";

    private static readonly char[] s_separators = [',', ';'];

    /// <summary>Whether the list names a <c>host[:port]</c>.</summary>
    public static bool Name(string? list, string host) =>
        list is not null && list.Split(s_separators, StringSplitOptions.TrimEntries).Contains(host, StringComparer.OrdinalIgnoreCase);
}
