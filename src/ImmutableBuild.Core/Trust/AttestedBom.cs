namespace ImmutableBuild.Trust;

/// <summary>How much of a bill of materials stands in its attestation.</summary>
public enum AttestedBom
{
    /// <summary>Its hash; the bill itself is in the repository once, compressed.</summary>
    Hash,

    /// <summary>All of it, for tools that look for components in the attestation itself.</summary>
    Whole,
}
