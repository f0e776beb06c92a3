using ImmutableBuild.Errors;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Control;

/// <summary>Ports for instances that this gateway starts.</summary>
internal static class Ports
{
    /// <summary>A free one that is not among <paramref name="taken"/>. IMB6054 when none can be had.</summary>
    public static int Choose(GenerationId id, string instance, HashSet<int> taken)
    {
        try
        {
            return FreePort.Choose(Random.Shared, taken);
        }
        catch (IOException fault)
        {
            throw GatewayErrors.InstanceNotStarted(id, instance, fault.Message, fault);
        }
    }
}
