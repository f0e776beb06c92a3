using System.Linq.Expressions;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Nuke.Common.IO;
using Nuke.Common.Utilities.Collections;
using Nuke.Common.ValueInjection;
using Serilog;

namespace Nuke.Common.Execution;

/// <summary>Runs a plan.</summary>
internal sealed class Executor(NukeBuild build, string[] skipped)
{
    private HashSet<string> _ranBefore = [];

    private static AbsolutePath AttemptFile => NukeBuild.TemporaryDirectory / "build-attempt.log";

    public void Run()
    {
        foreach (var target in build.ExecutionPlan.Where(target => skipped is not null && (skipped.Length == 0 || skipped.Contains(target.Name, StringComparer.OrdinalIgnoreCase))))
        {
            Skip(target, "via parameter");
        }

        foreach (var target in build.ExecutionPlan)
        {
            IsRuledOut(target, target.StaticConditions);
        }

        foreach (var target in build.ScheduledTargets)
        {
            Require(target);
        }

        RequireMembers();
        _ranBefore = BeginAttempt();
        BuildRun.WhenCancelled.Push(RunAssured);
        try
        {
            foreach (var target in build.ExecutionPlan)
            {
                Run(target, afterFailure: false);
            }
        }
        catch
        {
            RunAssured();
            throw;
        }
    }

    private void RunAssured()
    {
        foreach (var target in build.ExecutionPlan.Where(target => target.AssuredAfterFailure && target.Status == ExecutionStatus.Scheduled))
        {
            Run(target, afterFailure: true);
        }
    }

    private void Run(ExecutableTarget target, bool afterFailure)
    {
        if (target.Status == ExecutionStatus.Skipped || _ranBefore.Contains(target.Name) || IsRuledOut(target, target.DynamicConditions))
        {
            target.Status = ExecutionStatus.Skipped;
            build.OnTargetSkipped(target.Name);
            return;
        }

        if (target.Actions.Count == 0)
        {
            target.Status = ExecutionStatus.Collective;
            return;
        }

        Console.WriteLine($"\n╬══ {target.Name}");
        target.Stopwatch.Start();
        target.Status = ExecutionStatus.Running;
        build.OnTargetRunning(target.Name);
        try
        {
            target.Actions.ForEach(action => action());
            target.Stopwatch.Stop();
            target.Status = ExecutionStatus.Succeeded;
            build.OnTargetSucceeded(target.Name);
            File.AppendAllLines(AttemptFile, [target.Name]);
        }
        catch (Exception thrown)
        {
            var fault = Unwrapped(thrown);
            if (target.SummaryInformation.Count == 0)
            {
                NukeBuild.Summarise(target, summary => { summary.AddPair(fault.GetType().Name, fault.Message.Split('\n')[0].TrimEnd()); return summary; });
            }

            Log.Error(fault, "Target {TargetName} has thrown an exception", target.Name);
            target.Stopwatch.Stop();
            target.Status = ExecutionStatus.Failed;
            build.OnTargetFailed(target.Name);
            if (!target.ProceedAfterFailure && !afterFailure)
            {
                throw new TargetExecutionException(target.Name, fault);
            }
        }
    }

    private HashSet<string> BeginAttempt()
    {
        // Options are not part of it, so an attempt and its continuation are the same invocation.
        var invocation = string.Join(' ', EnvironmentInfo.CommandLineArguments.Where(argument => !argument.StartsWith('-')));
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(invocation)));
        var ran = build.Continue && AttemptFile.FileExists() ? AttemptFile.ReadAllLines() : [];
        if (ran.Length > 0 && ran[0] != hash)
        {
            Log.Warning("Build invocation changed. Restarting ...");
            ran = [];
        }

        var before = ran.Skip(1).ToHashSet(StringComparer.Ordinal);
        File.WriteAllLines(AttemptFile, [hash, .. before]);
        return before;
    }

    private bool IsRuledOut(ExecutableTarget target, IEnumerable<(string Text, Func<bool> Delegate)> conditions)
    {
        try
        {
            var violated = conditions.Where(condition => !condition.Delegate()).Select(condition => condition.Text.Trim().TrimStart('(', ')', '=', '>', ' ')).ToList();
            if (violated.Count > 0)
            {
                target.OnlyWhen = string.Join(" && ", violated);
                Skip(target, null);
            }
        }
        catch (Exception thrown)
        {
            var fault = Unwrapped(thrown);
            Log.Error(fault, "Invocation of condition for {TargetName} has thrown an exception", target.Name);
            throw new TargetExecutionException(target.Name, fault);
        }

        return target.OnlyWhen is not null;
    }

    private void Skip(ExecutableTarget target, string reason)
    {
        if (target.Invoked || target.Status != ExecutionStatus.Scheduled)
        {
            return;
        }

        target.Status = ExecutionStatus.Skipped;
        target.Skipped ??= reason;
        if (target.DependencyBehavior == DependencyBehavior.Execute)
        {
            return;
        }

        var alone = target.ExecutionDependencies.Concat(target.Triggers)
            .Where(other => !build.ScheduledTargets.Any(scheduled => scheduled.ExecutionDependencies.Contains(other) || scheduled.Triggers.Contains(other))).ToList();
        alone.ForEach(other => Skip(other, $"because of {target.Name}"));
    }

    private void Require(ExecutableTarget target)
    {
        foreach (var requirement in target.DelegateRequirements)
        {
            if (requirement is Expression<Func<bool>> condition)
            {
                Assert.True(condition.Compile()(), $"Target '{target.Name}' requires '{requirement.Body}'");
            }
            else if (IsEmpty(Members.MemberOf(requirement)))
            {
                Assert.Fail($"Target '{target.Name}' requires member '{Injection.NameOf(Members.MemberOf(requirement))}' to be not null or empty");
            }
        }
    }

    private void RequireMembers()
    {
        foreach (var member in Members.With<ValueInjectionAttributeBase>(build.GetType()).Where(member => member.GetCustomAttribute<RequiredAttribute>() is not null && IsEmpty(member)))
        {
            Assert.Fail($"Member '{Injection.NameOf(member)}' is required to be not null or empty");
        }
    }

    private bool IsEmpty(MemberInfo member) => Members.Get(member, build) is null or string { Length: 0 };

    private static Exception Unwrapped(Exception fault) => fault switch
    {
        TargetInvocationException { InnerException: { } inner } => Unwrapped(inner),
        AggregateException { InnerExceptions: [var only] } => Unwrapped(only),
        _ => fault,
    };
}

/// <summary>A target failed, and its error was told.</summary>
public class TargetExecutionException(string targetName, Exception inner) : Exception($"Target '{targetName}' has thrown an exception.", inner);
