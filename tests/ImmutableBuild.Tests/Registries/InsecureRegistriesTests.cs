using ImmutableBuild.Errors;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Tests.Registries;

/// <summary>How a registry is asked, as the error says when it can't be: under an address that is none of loopback's, and that no system connects to.</summary>
public sealed class InsecureRegistriesTests
{
    private const string Host = "0.0.0.0:5000";

    [Theory]
    [InlineData("0.0.0.0:5000")]
    [InlineData("other.example.com,0.0.0.0:5000")]
    [InlineData("other.example.com; 0.0.0.0:5000 ;third.example.com")]
    [InlineData("a.example.com;b.example.com,0.0.0.0:5000")]
    [Trait("SdkDefect", "insecure-registries")]
    public async Task Plain_HTTP_goes_to_those_that_the_SDKs_variable_names_however_they_are_separated(string list) =>
        (await RefusalAsync(list)).Message.ShouldContain($"GET http://{Host}/v2/");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("other.example.com,0.0.0.0")]
    [InlineData("10.0.0.0:5000")]
    public async Task And_to_no_other(string? list) =>
        (await RefusalAsync(list)).Message.ShouldContain($"GET https://{Host}/v2/");

    private static async Task<ImmutableBuildException> RefusalAsync(string? list)
    {
        using var connector = new RegistryConnector(
            new PushOptions(), name => name == "DOTNET_CONTAINER_INSECURE_REGISTRIES" ? list : null, TimeProvider.System, TimeSpan.FromMilliseconds(1));
        return await Should.ThrowAsync<ImmutableBuildException>(connector.Connect(Host, "me/app", RegistryAccess.Pull).FindTagAsync("v1", TestContext.Current.CancellationToken));
    }
}
