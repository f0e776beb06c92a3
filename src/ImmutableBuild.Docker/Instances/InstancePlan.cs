using System.Globalization;
using System.Text.Json;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Docker.Instances;

/// <summary>How the containers of a generation are made. The values of secrets are in it, and nowhere else.</summary>
/// <param name="names">The app's names.</param>
/// <param name="spec">The generation.</param>
/// <param name="image">The image's id in the engine.</param>
/// <param name="secrets">The values of secret variables by the variable's name in the instance.</param>
/// <param name="logDriver">Where output goes; null for the engine's default.</param>
internal sealed class InstancePlan(AppNames names, GenerationSpec spec, string image, IReadOnlyDictionary<string, string> secrets, string? logDriver)
{
    /// <summary>The container of the instance at <paramref name="place"/>.</summary>
    public CreateContainerParameters For(InstancePlace place) => new()
    {
        Name = place.Host,
        Image = image,
        Cmd = spec.Configuration.Arguments.IsEmpty ? null : spec.Configuration.Arguments,
        Env = [.. Variables(place).Select(variable => $"{variable.Key}={variable.Value}")],
        Labels = Labels(place),
        StopTimeout = (int)Math.Ceiling(spec.Configuration.StopGrace.TotalSeconds),
        Healthcheck = new HealthcheckConfiguration(["NONE"]),
        HostConfig = Hardening.Apply(new HostConfiguration
        {
            NetworkMode = names.Network,
            RestartPolicy = new RestartPolicy("always"),
            Mounts = InstanceVolumes.MountsOf(names, spec),
            Memory = spec.Configuration.Memory,

            // Memory and swap together, so as much as memory alone: an instance at its limit must not go on in swap.
            MemorySwap = spec.Configuration.Memory,
            NanoCpus = spec.Configuration.Cpus is { } cpus ? (long)Math.Round(cpus * 1e9) : null,
            LogConfig = logDriver is null ? null : new LogConfiguration(logDriver),
        }),
    };

    private Dictionary<string, string> Variables(InstancePlace place)
    {
        var variables = new Dictionary<string, string>(spec.Configuration.Environment, StringComparer.Ordinal);
        foreach (var (name, value) in secrets)
        {
            variables[name] = value;
        }

        if (place.Port != 0)
        {
            var port = place.Port.ToString(CultureInfo.InvariantCulture);

            // ASPNETCORE_URLS wins over the other two. They are emptied, as good as unset, whatever the image or the configuration sets.
            variables["ASPNETCORE_URLS"] = $"http://*:{port}";
            variables["ASPNETCORE_HTTP_PORTS"] = variables["ASPNETCORE_HTTPS_PORTS"] = "";
            variables["PORT"] = port;
        }

        variables["HOME"] = variables["TMPDIR"] = "/tmp";
        variables["IMMUTABLE_GENERATION"] = spec.Id.ToString();
        variables["IMMUTABLE_INSTANCE"] = place.Name;
        return variables;
    }

    private Dictionary<string, string> Labels(InstancePlace place) => new(names.LabelsOf(AppNames.InstanceRole), StringComparer.Ordinal)
    {
        [AppNames.GenerationLabel] = spec.Id.ToString(),
        [AppNames.InstanceLabel] = place.Name,
        [AppNames.SpecLabel] = JsonSerializer.Serialize(spec, GenerationsJson.Default.GenerationSpec),
        ["org.opencontainers.image.revision"] = spec.Commit.ToString(),
        [AppNames.ImageLabel] = spec.Image.ToString(),
    };
}
