using System.Collections.Immutable;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>What was found in an image.</summary>
/// <param name="Os">The distribution; null for an image without one.</param>
/// <param name="Components">All components, in the order of their references.</param>
/// <param name="Unread">What is there but could not be listed, one sentence each; it keeps the verdict from being a pass.</param>
internal sealed record Inventory(OsRelease? Os, ImmutableArray<Component> Components, ImmutableArray<string> Unread);
