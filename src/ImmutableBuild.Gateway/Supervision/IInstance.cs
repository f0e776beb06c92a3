using System.Collections.Immutable;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>One instance for as long as its generation lives.</summary>
internal interface IInstance : IAsyncDisposable
{
    /// <summary>What is kept of it in the state.</summary>
    InstanceRecord Record { get; }

    /// <summary>Where requests go; null while it may not get any.</summary>
    Upstream? Upstream { get; }

    /// <summary>Where requests may still be at work, whether it may get more or not.</summary>
    Upstream? Connected { get; }

    /// <summary>Begins with it. IMB6054 when the system refuses.</summary>
    void Start();

    /// <summary>Goes on with it where an earlier gateway left off (F44).</summary>
    void Resume();

    /// <summary>Looks now rather than at the next turn; true when it may get requests (F13).</summary>
    Task<bool> LookAsync(CancellationToken cancellationToken);

    /// <summary>The last <paramref name="lines"/> lines it wrote, as far as this gateway knows.</summary>
    ImmutableArray<string> ReadLog(int lines);

    /// <summary>Leaves it to another gateway: from now on it is not started again here, and nothing is written down of it (F11).</summary>
    void LetGo();

    /// <summary>Is done with it for good.</summary>
    Task StopAsync();

    /// <summary>As an observation shows it.</summary>
    ObservedInstance Observe();
}
