using ImmutableBuild.Generations;

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>Asks the public entry of the simulated target, and counts who answered in a row.</summary>
internal sealed class ServingProbe
{
    private GenerationId? _generation;
    private int _consecutive;
    private DateTimeOffset? _first;

    public void Restart() => (_generation, _consecutive, _first) = (null, 0, null);

    public void Ask(GenerationId? answered, DateTimeOffset at)
    {
        _generation = answered;
        _consecutive = answered is null ? 0 : _consecutive + 1;
        _first ??= answered is null ? null : at;
    }

    public ServingPath Observe() => new(_generation, _consecutive) { FirstAnswerAt = _first };
}
