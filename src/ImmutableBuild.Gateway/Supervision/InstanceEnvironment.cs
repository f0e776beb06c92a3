using System.Collections.Immutable;
using System.Globalization;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>The whole environment of an instance: what the launch plan says and what is the instance's own. Nothing of the gateway's or the build's.</summary>
internal static class InstanceEnvironment
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The variables of <paramref name="instance"/>.</summary>
    public static ImmutableSortedDictionary<string, string> Of(
        LaunchPlan plan, GenerationId generation, InstanceRecord instance, InstanceDirectory directory, string stateDirectory)
    {
        var variables = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (OperatingSystem.IsWindows())
        {
            variables["SystemRoot"] = Environment.GetFolderPath(Environment.SpecialFolder.Windows);
            variables["TEMP"] = variables["TMP"] = directory.Temporary;
        }
        else
        {
            variables["PATH"] = DefaultPath;
        }

        foreach (var (name, value) in plan.Environment)
        {
            variables[name] = value;
        }

        variables["ASPNETCORE_CONTENTROOT"] = plan.ContentRoot;
        variables["DOTNET_CONTENTROOT"] = plan.ContentRoot;
        variables["HOME"] = directory.Work;
        variables["TMPDIR"] = directory.Temporary;
        if (instance.Port != 0)
        {
            variables["ASPNETCORE_URLS"] = $"http://{instance.Address}";
            variables["PORT"] = instance.Port.ToString(CultureInfo.InvariantCulture);
        }

        foreach (var marker in Markers(stateDirectory, generation, instance.Name))
        {
            var (name, value) = (marker[..marker.IndexOf('=')], marker[(marker.IndexOf('=') + 1)..]);
            variables[name] = value;
        }

        return variables.ToImmutable();
    }

    /// <summary>What marks a process as one of this instance, whatever became of its parents; without an instance, of the whole generation.</summary>
    public static IReadOnlyList<string> Markers(string stateDirectory, GenerationId generation, string? instance = null) =>
    [
        $"IMMUTABLE_STATE={stateDirectory}",
        $"IMMUTABLE_GENERATION={generation}",
        .. instance is null ? Array.Empty<string>() : [$"IMMUTABLE_INSTANCE={instance}"],
    ];
}
