namespace Nuke.Common
{
    /// <summary>Where a build runs.</summary>
    public partial class Host
    {
        protected Host()
        {
        }

        internal static Host Detect(string named) => named switch
        {
            null => Environment.GetEnvironmentVariable("GITHUB_ACTIONS") == "true" ? new CI.GitHubActions.GitHubActions() : new Execution.Terminal(),
            _ when named.EndsWith(nameof(CI.GitHubActions.GitHubActions), StringComparison.OrdinalIgnoreCase) => new CI.GitHubActions.GitHubActions(),
            _ => new Execution.Terminal(),
        };

        protected internal virtual void ReportWarning(string text, string details = null)
        {
        }

        protected internal virtual void ReportError(string text, string details = null)
        {
        }
    }
}

namespace Nuke.Common.Execution
{
    /// <summary>A terminal.</summary>
    public class Terminal : Host;
}

namespace Nuke.Common.CI
{
    /// <summary>A host that builds for others.</summary>
    public interface IBuildServer
    {
        string Branch { get; }

        string Commit { get; }
    }

    /// <summary>A part of a target's work.</summary>
    public class Partition
    {
        public static Partition Single { get; } = new() { Part = 1, Total = 1 };

        public int Part { get; init; }

        public int Total { get; init; }
    }
}

namespace Nuke.Common.CI.GitHubActions
{
    /// <summary>GitHub's runner.</summary>
    public partial class GitHubActions : Host, IBuildServer
    {
        public static GitHubActions Instance => NukeBuild.Host as GitHubActions;

        internal GitHubActions()
        {
        }

        string IBuildServer.Branch => Ref;

        string IBuildServer.Commit => Sha;

        public string Ref => Environment.GetEnvironmentVariable("GITHUB_REF");

        public string Sha => Environment.GetEnvironmentVariable("GITHUB_SHA");

        public string StepSummaryFile => Environment.GetEnvironmentVariable("GITHUB_STEP_SUMMARY");

        protected internal override void ReportWarning(string text, string details = null) => Console.WriteLine($"::warning::{Escaped(text)}");

        protected internal override void ReportError(string text, string details = null) => Console.WriteLine($"::error::{Escaped(text)}");

        private static string Escaped(string text) => text.Replace("%", "%25").Replace("\r", "%0D").Replace("\n", "%0A");
    }
}
