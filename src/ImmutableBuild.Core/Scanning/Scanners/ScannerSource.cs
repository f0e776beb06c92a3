using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Archives;
using ImmutableBuild.OtherPrograms;
using ImmutableBuild.Registries;
using ImmutableBuild.Scanning.Advisories;

namespace ImmutableBuild.Scanning.Scanners;

/// <summary>
/// A scanner of others, asked about the image in an archive. Such programs have been attacked to steal what a build knows, so it is held to its
/// digest where one is given, gets none of the build's variables, and runs before any key is opened (docs/vulnerabilities.md).
/// </summary>
/// <param name="scanner">The program.</param>
/// <param name="dataDirectory">Where its database is; nothing is fetched.</param>
/// <param name="readVariable">Reads the PATH.</param>
internal sealed class ScannerSource(ScannerProgram scanner, string dataDirectory, Func<string, string?> readVariable) : IVulnerabilitySource
{
    /// <inheritdoc/>
    public string Name => scanner.Kind;

    /// <inheritdoc/>
    public Task<Digest?> StampAsync(CancellationToken cancellationToken) => Task.FromResult<Digest?>(null);

    /// <inheritdoc/>
    /// <remarks>Throws IMB3014 for a program that is not there or is another one than was pinned (N9), IMB3016 for a report on another image (N5).</remarks>
    public async Task<SourceOpinion> AskAsync(ImageInQuestion image, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateDirectory(Path.Combine(image.ScratchDirectory, $"{scanner.Kind}-{Guid.NewGuid():N}")).FullName;
        try
        {
            var (program, digest) = await VerifiedProgram.TakeAsync(scanner, directory, readVariable, cancellationToken);
            var archive = Path.Combine(directory, "image.tar");
            await ArchiveFile.WriteAsync(archive, image.Source, image.Manifest, ImageReference.Parse("localhost/scanned:image"), cancellationToken);
            var form = ScannerForm.Of(scanner.Kind, dataDirectory);
            var run = await ProgramRun.RunAsync(program, form.Arguments(archive), form.Variables(directory), directory, cancellationToken);
            return run.Fault is { } fault ? SourceOpinion.None(scanner.Kind, fault) : Read(form, run.Output, image, digest);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private SourceOpinion Read(ScannerForm form, byte[] output, ImageInQuestion image, Digest program)
    {
        try
        {
            var report = form.Read(output);
            return report.ImageId == image.Configuration.ToString()
                ? ToOpinion(report, image, program, form.BuiltAt(report))
                : throw ScanErrors.ReportOfAnotherImage(scanner.Kind, image.Configuration, report.ImageId);
        }
        catch (FormatException fault)
        {
            // An empty or broken answer with exit code 0 is none (N4).
            return SourceOpinion.None(scanner.Kind, $"its answer is no report: {fault.Message}");
        }
    }

    private SourceOpinion ToOpinion(ScannerReport report, ImageInQuestion image, Digest program, DateTimeOffset? built)
    {
        var components = new ReportedComponents(image);
        return new SourceOpinion(
            new SourceFacts(scanner.Kind, 0, program, built, null),
            [.. report.Vulnerabilities.Select(found => new KnownVulnerability(components.Of(found), [found.Id, .. found.Aliases], found.Severity, found.Fix, found.Summary, scanner.Kind)).ToImmutableArray()],
            ecosystem => report.Types.Contains(ecosystem.Split(':')[0].ToUpperInvariant()),
            report.NotAssessed);
    }
}
