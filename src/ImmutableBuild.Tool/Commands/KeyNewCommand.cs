using System.CommandLine;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases.Options;
using ImmutableBuild.Tool.Output;
using ImmutableBuild.Trust.Keys;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable key new</c>: makes a key pair, and says what to set where. The password is never on the command line, where others could read it.</summary>
internal static class KeyNewCommand
{
    public static Command Create()
    {
        var place = new Option<string>("--output") { Description = "The files' path without '.key' and '.pub'.", HelpName = "path", DefaultValueFactory = _ => "signing" };
        var format = new Option<KeyFormat>("--format") { Description = "The form of the private key: cosign's own, or PKCS#8, encrypted.", DefaultValueFactory = _ => KeyFormat.Cosign };
        var variable = new Option<string>("--password-variable")
        {
            Description = "The variable that holds the new key's password. Default: the one that IMMUTABLE_KEY_PASSWORD_VARIABLE names.",
            HelpName = "name",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable(KeyCatalogue.PasswordVariable.Variable!) ?? "",
        };
        var without = new Option<bool>("--without-password") { Description = "Let the file's mode alone protect the key." };
        var command = ToolCommand.Create("new", "Make a key pair, and say what to set where.", [place, format, variable, without], (parsed, output, _) =>
        {
            var named = parsed.GetValue(without) ? null : parsed.GetValue(variable)!;
            var made = NewKey.Make(Path.GetFullPath(parsed.GetValue(place)!), parsed.GetValue(format), named is null ? "" : PasswordIn(named));
            output.Answer(new NewKeyAnswer(made.PrivateFile, made.PublicFile, made.PublicKey.KeyId), ToolJson.Default.NewKeyAnswer, text => Tell(made, named, text));
            return Task.FromResult(ExitCodes.Done);
        });
        command.Validators.Add(result =>
        {
            var (named, none) = (result.GetValue(variable) is { Length: > 0 }, result.GetValue(without));
            if (!named && !none)
            {
                result.AddError("Give --password-variable, or --without-password.");
            }
            else if (none && result.GetValue(format) == KeyFormat.Pkcs8)
            {
                result.AddError("--without-password goes with --format cosign only.");
            }
        });
        return command;
    }

    private static string PasswordIn(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } password ? password : throw KeyErrors.NewKeyPassword(variable);

    private static void Tell(NewKey made, string? variable, ToolOutput output)
    {
        output.Line($"The key {made.PublicKey.KeyId} is made.");
        output.Line($"  {made.PrivateFile}  the private key: only you may read it, and it never belongs into a repository");
        output.Line($"  {made.PublicFile}  the public key: commit it");
        output.Line($"To sign with it:    {KeyCatalogue.File.Name}={made.PrivateFile}{(variable is null ? "" : $" and {KeyCatalogue.PasswordVariable.Name}={variable}")}");
        output.Line($"  in a pipeline:    {KeyCatalogue.Variable.Name}=NAME, of a secret variable with the private key's text");
        output.Line($"To have it trusted: {KeyCatalogue.Trusted.Name}={made.PublicFile}");
    }
}
