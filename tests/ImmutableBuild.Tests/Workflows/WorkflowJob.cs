using System.Collections.Immutable;
using YamlDotNet.RepresentationModel;

namespace ImmutableBuild.Tests.Workflows;

/// <summary>A job of a workflow.</summary>
internal sealed record WorkflowJob(Workflow Workflow, string Id, YamlMappingNode Node)
{
    /// <summary>What it may do, by scope.</summary>
    public ImmutableSortedDictionary<string, string> Permissions => Workflow.Values(Workflow.Map(Node, "permissions"));

    /// <summary>The reusable workflow it calls; null when it has steps of its own.</summary>
    public string? Calls => Workflow.Value(Node, "uses");

    /// <summary>Its steps; none when it calls a workflow.</summary>
    public IEnumerable<YamlMappingNode> Steps => Node.Children.TryGetValue("steps", out var steps) ? ((YamlSequenceNode)steps).Cast<YamlMappingNode>() : [];

    /// <summary>The scripts of its steps.</summary>
    public IEnumerable<string> Scripts => Steps.Select(step => Workflow.Value(step, "run")).OfType<string>();

    public override string ToString() => $"{Workflow.Name}, job {Id}";
}
