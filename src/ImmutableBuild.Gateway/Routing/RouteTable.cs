namespace ImmutableBuild.Gateway.Routing;

/// <summary>
/// The route in force, one reference. A request registers with a generation of the form it read and then looks whether that form
/// is still in force; if not, it takes itself back and reads again. So once a switch has swapped the reference, every request of the
/// old form is either already counted by its generation or will never reach it: none is lost and none is overlooked by a drain.
/// </summary>
internal sealed class RouteTable(Random random)
{
    private volatile RouteForm _form = RouteForm.None;

    /// <summary>The form in force.</summary>
    public RouteForm Form => _form;

    /// <summary>Whether another gateway has taken this one's place: each request is its connection's last.</summary>
    public bool IsLeaving { get; private set; }

    /// <summary>Puts the form in force by which everything goes to that other gateway, for good.</summary>
    public void Leave(RouteForm form)
    {
        IsLeaving = true;
        Switch(form);
    }

    /// <summary>Registers a request with a generation; null when the route is empty. The caller ends it with <see cref="GenerationTraffic.Leave"/>.</summary>
    public GenerationTraffic? Enter(Upstream? avoid = null)
    {
        while (true)
        {
            var form = _form;
            if (form.Choose(random, avoid) is not { } generation)
            {
                return null;
            }

            generation.Enter();
            if (ReferenceEquals(form, _form))
            {
                return generation;
            }

            generation.Leave();
        }
    }

    /// <summary>Puts <paramref name="form"/> in force for every request that has not registered yet.</summary>
    public void Switch(RouteForm form)
    {
        _form = form;

        // Orders the swap before any later reading of in-flight counters, as the increment in Enter does on the other side.
        Interlocked.MemoryBarrier();
    }
}
