using ImmutableBuild.Releases;

namespace ImmutableBuild.Trust.Signatures;

/// <summary>A signature that holds.</summary>
/// <param name="By">Whose it is.</param>
/// <param name="Commit">The commit it names.</param>
/// <param name="Form">Where it was found, <c>sha256-….sig</c> or <c>bundle</c>.</param>
internal sealed record SignatureFound(Signatory By, CommitSha Commit, string Form);
