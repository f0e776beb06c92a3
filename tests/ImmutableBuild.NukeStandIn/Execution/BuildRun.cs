using System.Linq.Expressions;
using System.Reflection;
using System.Text;
using Nuke.Common.IO;
using Serilog;

namespace Nuke.Common.Execution;

/// <summary>One run of a build class, from its arguments to its exit code.</summary>
internal static class BuildRun
{
    private const int Failed = -1;

    /// <summary>What is done when the process is asked to end, the newest first: what is assured runs before the rest is told.</summary>
    public static Stack<Action> WhenCancelled { get; } = new();

    public static int Execute<T>(Expression<Func<T, Target>>[] defaults)
        where T : NukeBuild, new()
    {
        Console.OutputEncoding = Encoding.UTF8;
        Console.CancelKeyPress += (_, _) =>
        {
            foreach (var action in WhenCancelled.ToArray())
            {
                action();
            }
        };
        Log.Logger = BuildLog.Create(NukeBuild.Host, NukeBuild.Verbosity);
        var build = new T();
        try
        {
            build.ExecutableTargets = TargetFactory.CreateAll(build, defaults);
            ReadFiles(build);
            Injection.Inject(build);
            build.OnBuildCreated();
            SchemaFile.Write(build);
            if (!build.NoLogo)
            {
                Console.WriteLine("The stand-in for NUKE (Nuke.Common can't be restored here)\n");
            }

            build.ExecutionPlan = Planner.Plan([.. build.ExecutableTargets], ParameterSource.Current.Find("Target", typeof(string[]), '+') as string[]);
            if (build.Plan)
            {
                Console.WriteLine(HelpText.PlanOf(build));
                return 0;
            }

            if (build.Help || build.ExecutionPlan.Count == 0)
            {
                Console.WriteLine(HelpText.Of(build));
                return 0;
            }

            build.OnBuildInitialized();
            var skipped = ParameterSource.Current.Find("Skip", typeof(string[]), '+') as string[];
            WhenCancelled.Push(() => Finish(build));
            new Executor(build, skipped).Run();
            return build.ExitCode ??= build.IsSucceeding ? 0 : Failed;
        }
        catch (Exception fault)
        {
            if (fault is not TargetExecutionException)
            {
                Console.Error.WriteLine(fault.Message);
            }

            return build.ExitCode ??= Failed;
        }
        finally
        {
            if (build.ExecutionPlan.Count > 0 && !build.Plan && !build.Help)
            {
                Finish(build);
            }

            Log.CloseAndFlush();
        }
    }

    private static void ReadFiles(NukeBuild build)
    {
        var parameters = Injection.ParametersOf(build.GetType()).ToList();
        var secrets = Names(member => Attribute.IsDefined(member, typeof(SecretAttribute)));
        var paths = Names(member => Injection.TypeOf(member) == typeof(AbsolutePath));
        var directory = NukeBuild.RootDirectory / ".nuke";
        foreach (var file in NukeBuild.LoadedLocalProfiles.Select(profile => $"parameters.{profile}.json").Prepend("parameters.json").Select(name => Path.Combine(directory, name)).Where(File.Exists))
        {
            ParameterSource.Current.Read(file, secrets.Contains, paths.Contains);
        }

        HashSet<string> Names(Func<MemberInfo, bool> which) => parameters.Where(which).Select(Injection.NameOf).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    private static void Finish(NukeBuild build)
    {
        foreach (var target in build.ExecutionPlan)
        {
            target.Stopwatch.Stop();
            target.Status = target.Status switch
            {
                ExecutionStatus.Running => ExecutionStatus.Aborted,
                ExecutionStatus.Scheduled => ExecutionStatus.NotRun,
                var status => status,
            };
        }

        Console.WriteLine(OutcomeTable.Of(build));
        build.OnBuildFinished();
    }
}
