using ImmutableBuild.Images.Bases;
using ImmutableBuild.Reports;

namespace ImmutableBuild.MSBuild;

/// <summary>The lines that an update of the base image prints into a build log.</summary>
internal static class BaseLines
{
    public static IEnumerable<string> Of(UpdatedBase update)
    {
        if (update.Was == update.Now)
        {
            yield return $"  {update.Reference} is pinned to {update.Now}, and still names it.";
            yield break;
        }

        yield return $"  {update.Reference} is pinned to {update.Now}{(update.Was is { } was ? $", it was {was}" : "")}.";
        if (update.Changes is not { } changes)
        {
            yield return "  The registry doesn't have the earlier image any more, so what changed in it is not known.";
        }
        else if (update.Was is not null)
        {
            yield return $"  {Units.Count(changes.Changed.Length, "package")} changed, {changes.Added.Length} added, {changes.Removed.Length} removed.";
            foreach (var change in changes.Changed.Concat(changes.Added).Concat(changes.Removed))
            {
                var versions = change switch { { Before: null } => $"added {change.After}", { After: null } => $"removed {change.Before}", _ => $"{change.Before} -> {change.After}" };
                yield return $"    {Printable.Line(change.Package)}  {Printable.Line(versions)}";
            }
        }

        yield return $"  Commit {update.File}.";
    }
}
