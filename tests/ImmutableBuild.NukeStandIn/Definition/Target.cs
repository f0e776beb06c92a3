namespace Nuke.Common;

/// <summary>Defines a target.</summary>
public delegate ITargetDefinition Target(ITargetDefinition definition);

/// <summary>Defines what is set up before the targets of a component.</summary>
public delegate ITargetDefinition Setup(ITargetDefinition definition);

/// <summary>Defines what is cleaned up behind the targets of a component.</summary>
public delegate ITargetDefinition Cleanup(ITargetDefinition definition);

/// <summary>What becomes of the dependencies of a target that is skipped.</summary>
public enum DependencyBehavior
{
    /// <summary>Those that no other target needs are skipped as well.</summary>
    Skip,

    /// <summary>They run.</summary>
    Execute,
}
