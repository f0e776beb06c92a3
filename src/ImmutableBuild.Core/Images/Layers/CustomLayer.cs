using System.Collections.Immutable;
using System.IO.Enumeration;

namespace ImmutableBuild.Images.Layers;

/// <summary>A layer that the user asks for, of files that change at a rate of their own.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Files">Patterns of paths within the publish output, <c>models/*</c>: '*' stands for any characters, slashes too, '?' for one.</param>
public sealed record CustomLayer(string Name, ImmutableArray<string> Files)
{
    /// <summary>Whether a published file belongs into it.</summary>
    public bool Has(string path) => Files.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, path, ignoreCase: false));
}
