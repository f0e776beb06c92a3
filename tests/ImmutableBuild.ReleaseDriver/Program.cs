using System.Runtime.InteropServices;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.ReleaseDriver;

if (args is ["image", var directory, var registry, var megabytes])
{
    return await LargeImage.RunAsync(directory, registry, megabytes);
}

// Releases one generation in a process of its own, as a build would. Exit codes: 0 done, 1 refused, 130 interrupted.
var plan = DriverPlan.Read(args[0]);
using var ending = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
{
    // The first one asks; the second one does what the system does.
    signal.Cancel = !ending.IsCancellationRequested;
    ending.Cancel();
});

var time = new ShiftedTime(TimeSpan.FromHours(plan.ClockHours));
await using var target = new PausingTarget(DriverTargets.Open(plan, time), plan);
try
{
    foreach (var goal in (RolloutGoal[])[RolloutGoal.Created, RolloutGoal.Live, RolloutGoal.Converged])
    {
        var settings = new RolloutSettings { LeaseDuration = TimeSpan.FromSeconds(plan.LeaseSeconds), KeepLease = goal != RolloutGoal.Converged };
        var runner = new RolloutRunner(target, time, new ConsoleReporter(), settings);
        var desired = new Desired
        {
            Spec = plan.Spec,
            Plan = plan.Plan ?? new RolloutPlan { Soak = TimeSpan.FromMilliseconds(250) },
            Goal = goal,
            Cause = LedgerCause.Release,
            Writer = plan.Holder,
        };
        var result = await runner.RunAsync(desired, ending.Token);
        Console.WriteLine($"{goal}{(result.Unchanged ? " unchanged" : "")}, {result.RequestsLost} lost");
    }

    return 0;
}
catch (ImmutableBuildException refusal)
{
    Console.WriteLine(refusal.Message);
    return 1;
}
catch (OperationCanceledException)
{
    Console.WriteLine("interrupted");
    return 130;
}
