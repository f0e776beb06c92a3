using System.Collections.Immutable;

namespace ImmutableBuild.Releases.Source;

/// <summary>What was restored, held against what the lock file says.</summary>
/// <param name="Differences">Each difference, for people; empty when the lock file holds.</param>
/// <param name="NotLocked">Packages for a runtime that the lock file doesn't cover.</param>
public sealed record LockComparison(ImmutableArray<string> Differences, ImmutableArray<string> NotLocked)
{
    /// <summary>Compares every framework that was restored, with and without runtime.</summary>
    public static LockComparison Of(PackageSet locked, PackageSet restored)
    {
        var differences = new List<string>();
        var notLocked = new List<string>();
        foreach (var (target, packages) in restored.Targets)
        {
            var framework = target.Split('/')[0];
            var known = Find(locked, framework).Concat(framework == target ? [] : Find(locked, target)).ToLookup(package => package.Id, StringComparer.OrdinalIgnoreCase);
            var isCovered = locked.Targets.ContainsKey(target);
            foreach (var package in packages)
            {
                if (known[package.Id].LastOrDefault() is not { } expected)
                {
                    var name = $"{package.Id} {package.Version}";
                    if (isCovered || framework == target)
                    {
                        differences.Add($"{name} is not in it");
                    }
                    else
                    {
                        notLocked.Add(name);
                    }
                }
                else if (expected.Version != package.Version)
                {
                    differences.Add($"{package.Id} is {package.Version}, and {expected.Version} in it");
                }
                else if (expected.Hash != package.Hash)
                {
                    differences.Add($"{package.Id} {package.Version} has another content than the package that was locked");
                }
            }

            differences.AddRange(Find(locked, target)
                .Where(package => !packages.Any(other => string.Equals(other.Id, package.Id, StringComparison.OrdinalIgnoreCase)))
                .Select(package => $"{package.Id} {package.Version} is in it, and not used"));
        }

        return new LockComparison([.. differences.Distinct(StringComparer.Ordinal)], [.. notLocked.Distinct(StringComparer.Ordinal)]);
    }

    private static ImmutableArray<Package> Find(PackageSet locked, string target) => locked.Targets.GetValueOrDefault(target, []);
}
