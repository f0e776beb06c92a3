using System.Security.Cryptography;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.OtherPrograms;

namespace ImmutableBuild.Scanning.Scanners;

/// <summary>Makes sure that the program that runs is the one whose digest was checked.</summary>
internal static class VerifiedProgram
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserExecute;

    /// <summary>
    /// Finds a scanner, and its digest. A pinned one is copied and the copy is hashed, so that nobody can change it between the look and the run.
    /// Throws IMB3014 when it isn't there or isn't the pinned one (N9).
    /// </summary>
    public static async Task<(string Program, Digest Digest)> TakeAsync(ScannerProgram scanner, string directory, Func<string, string?> readVariable, CancellationToken cancellationToken)
    {
        var found = Path.IsPathRooted(scanner.Program)
            ? File.Exists(scanner.Program) ? scanner.Program : null
            : OtherProgram.Find(scanner.Program, readVariable);
        if (found is null)
        {
            throw ScanErrors.ScannerNotUsable(scanner.Program, Path.IsPathRooted(scanner.Program) ? "there is no such file" : "it is in no directory of the PATH");
        }

        try
        {
            return await TakeAsync(found, scanner, directory, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw ScanErrors.ScannerNotUsable(found, fault.Message, fault);
        }
    }

    private static async Task<(string Program, Digest Digest)> TakeAsync(string found, ScannerProgram scanner, string directory, CancellationToken cancellationToken)
    {
        if (scanner.Pin is not { } pin)
        {
            return (found, await DigestOfAsync(found, cancellationToken));
        }

        var copy = Path.Combine(directory, Path.GetFileName(found));
        await using (var from = File.OpenRead(found))
        await using (var to = new FileStream(copy, FileMode.CreateNew, FileAccess.Write, FileShare.None))
        {
            await from.CopyToAsync(to, cancellationToken);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(copy, OwnerOnly);
        }

        var digest = await DigestOfAsync(copy, cancellationToken);
        return digest == pin ? (copy, digest) : throw ScanErrors.ScannerNotUsable(found, $"its digest is {digest}, pinned is {pin}");
    }

    private static async Task<Digest> DigestOfAsync(string file, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(file);
        return Digest.FromHash(await SHA256.HashDataAsync(content, cancellationToken));
    }
}
