using System.Collections.Immutable;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>One line for each decision. What is waited for goes to the detailed log only.</summary>
internal sealed class DecisionLog(IReporter reporter)
{
    private readonly List<string> _lines = [];
    private string? _latest;

    public ImmutableArray<string> Lines => [.. _lines];

    public void Note(RolloutAction action)
    {
        var line = action.ToString()!;
        if (line == _latest)
        {
            return;
        }

        _latest = line;
        reporter.Detail(line);
        if (action is not Wait)
        {
            _lines.Add(line);
        }
    }
}
