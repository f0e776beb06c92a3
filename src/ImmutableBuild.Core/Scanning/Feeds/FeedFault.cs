namespace ImmutableBuild.Scanning.Feeds;

/// <summary>A feed that can't be had, or does not say what is asked of it. It makes an image one that was not assessed, never a clean one.</summary>
/// <param name="why">Why, as the end of a sentence.</param>
/// <param name="cause">What was thrown; null for nothing.</param>
internal sealed class FeedFaultException(string why, Exception? cause = null) : Exception(why, cause);
