namespace ImmutableBuild.GitHub.Api;

/// <summary>The kinds of package that are asked for.</summary>
internal enum PackageType
{
    Container,
}

/// <summary>A package.</summary>
internal sealed record Package
{
    /// <summary>The page that shows it.</summary>
    public required string HtmlUrl { get; init; }
}
