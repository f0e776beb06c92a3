using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using ImmutableBuild.Errors;
using ImmutableBuild.OtherPrograms;

namespace ImmutableBuild.Registries;

/// <summary>
/// A program <c>docker-credential-&lt;name&gt;</c>, which keeps credentials for docker (docker/docker-credential-helpers): asked for one with
/// <c>get</c>, the server on its standard input. What it says is never shown.
/// </summary>
/// <param name="name">The end of the program's name, as <c>config.json</c> has it.</param>
/// <param name="readVariable">Reads an environment variable.</param>
internal sealed partial class CredentialHelper(string name, Func<string, string?> readVariable)
{
    private const int LongestAnswer = 64 * 1024;
    private const string NotFound = "credentials not found in native keychain";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private string Program => $"docker-credential-{name}";

    /// <summary>The credential of a server; null when the helper has none. Throws IMB5012 when it can't be asked, or answers something else.</summary>
    public async Task<RegistryCredential?> FindAsync(string server, CancellationToken cancellationToken)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(s_patience);
        using var process = Start(server);
        await using var ends = bounded.Token.Register(() => OtherProgram.Kill(process));
        var (output, errors) = (OtherProgram.ReadAsync(process.StandardOutput, LongestAnswer, bounded.Token), OtherProgram.ReadAsync(process.StandardError, LongestAnswer, bounded.Token));
        try
        {
            await WriteAsync(process, server);
            await Task.WhenAll(output, errors);
            await process.WaitForExitAsync(bounded.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw RegistryErrors.CredentialHelperFailed(Program, server, $"it took more than {s_patience.TotalSeconds:0} s");
        }

        return process.ExitCode == 0 ? Parse(await output, server)
            : (await output).Contains(NotFound, StringComparison.OrdinalIgnoreCase) ? null
            : throw RegistryErrors.CredentialHelperFailed(Program, server, $"it ended with {process.ExitCode}");
    }

    private RegistryCredential? Parse(string output, string server)
    {
        try
        {
            return JsonSerializer.Deserialize(output, CredentialHelperJson.Default.HelperAnswer) switch
            {
                { Username: RegistryCredential.IdentityTokenUser, Secret: { Length: > 0 } token } => RegistryCredential.OfIdentityToken(token),
                { Username: { } user, Secret: { Length: > 0 } secret } => new RegistryCredential(user, secret),
                _ => null,
            };
        }
        catch (JsonException)
        {
            // Neither the answer nor the parser's message is quoted: both may hold the secret.
            throw RegistryErrors.CredentialHelperFailed(Program, server, "what it answered is no credential");
        }
    }

    private Process Start(string server)
    {
        var start = new ProcessStartInfo(Find(server), ["get"])
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception cause)
        {
            throw RegistryErrors.CredentialHelperFailed(Program, server, cause.Message);
        }
    }

    private string Find(string server) =>
        !NamePattern().IsMatch(name) ? throw RegistryErrors.CredentialHelperFailed("docker-credential-…", server, "its name is none")
        : OtherProgram.FindOrScript(Program, readVariable, OperatingSystem.IsWindows()) ?? throw RegistryErrors.CredentialHelperFailed(Program, server, "it is in no directory of the PATH");

    private static async Task WriteAsync(Process process, string server)
    {
        try
        {
            await process.StandardInput.WriteLineAsync(server);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The helper ended without reading its input; its exit code says why.
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z", RegexOptions.None, 1000)]
    private static partial Regex NamePattern();
}

/// <summary>What a helper answers to <c>get</c>.</summary>
internal sealed record HelperAnswer(string? Username, string? Secret);

[JsonSourceGenerationOptions(AllowDuplicateProperties = false)]
[JsonSerializable(typeof(HelperAnswer))]
internal sealed partial class CredentialHelperJson : JsonSerializerContext;
