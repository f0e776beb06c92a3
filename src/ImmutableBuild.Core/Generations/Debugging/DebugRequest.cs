namespace ImmutableBuild.Generations.Debugging;

/// <summary>How to look at an app.</summary>
/// <param name="Limit">How long the copy is there at most.</param>
/// <param name="ToolsImage">An image with a shell to look with; null takes the app's own shell.</param>
public sealed record DebugRequest(TimeSpan Limit, string? ToolsImage)
{
    /// <summary>A quarter of an hour, with the app's own shell.</summary>
    public static DebugRequest Default { get; } = new(TimeSpan.FromMinutes(15), null);
}
