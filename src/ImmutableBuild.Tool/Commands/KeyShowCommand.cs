using System.CommandLine;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases.Options;
using ImmutableBuild.Tool.Output;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Keys;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable key show</c>: the public half of a key, as cosign writes <c>cosign.pub</c>; its id beside it, on standard error.</summary>
internal static class KeyShowCommand
{
    public static Command Create()
    {
        var key = new Argument<string>("key") { Description = "A file with a private or public key, or a key in AWS KMS: awskms:///alias/name.", Arity = ArgumentArity.ZeroOrOne };
        var variable = new Option<string>("--key-variable") { Description = "The variable that holds the private key, in place of a file.", HelpName = "name" };
        var password = new Option<string>("--password-variable")
        {
            Description = "The variable that holds the private key's password. Default: the one that IMMUTABLE_KEY_PASSWORD_VARIABLE names.",
            HelpName = "name",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable(KeyCatalogue.PasswordVariable.Variable!)!,
        };
        var command = ToolCommand.Create("show", "Show the public half of a key, and its id.", [variable, password], async (parsed, output, cancellationToken) =>
        {
            var sign = Options(parsed.GetValue(key), parsed.GetValue(variable), parsed.GetValue(password));
            var access = new KeyAccess(
                Environment.GetEnvironmentVariable,
                KmsKeys.OpenAsync,
                (path, mode) => output.Tell(TrustErrors.KeyPermissions(path, mode, Severity.Warning)));
            var found = await access.FindPublicKeyAsync(sign, cancellationToken);
            output.Answer(new KeyAnswer(found!.KeyId, found.Pem), ToolJson.Default.KeyAnswer, text => Show(found, text));
            return ExitCodes.Done;
        });
        command.Arguments.Add(key);
        command.Validators.Add(result =>
        {
            if (result.GetValue(key) is null == result.GetValue(variable) is null)
            {
                result.AddError("Name one key: a file, awskms:///…, or --key-variable.");
            }
        });
        return command;
    }

    private static SignOptions Options(string? key, string? variable, string? passwordVariable) =>
        key is null ? new SignOptions { KeyVariable = variable, KeyPasswordVariable = passwordVariable }
        : !KmsKeyReference.IsMeantBy(key) ? new SignOptions { KeyFile = Path.GetFullPath(key), KeyPasswordVariable = passwordVariable }
        : KmsKeyReference.TryParse(key, out var kms) ? new SignOptions { KmsKey = kms }
        : throw ConfigurationErrors.InvalidOption(KeyCatalogue.Kms.Name, key, KeyCatalogue.Kms.Allowed);

    private static void Show(PublicKey key, ToolOutput output)
    {
        foreach (var line in key.Pem.TrimEnd('\n').Split('\n'))
        {
            output.Line(line);
        }

        output.Remark($"key id {key.KeyId}");
    }
}
