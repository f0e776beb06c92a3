using ImmutableBuild.Trust.Keys;

namespace ImmutableBuild.Trust;

/// <summary>Opens a key that never leaves its service. Throws IMB4024 when the service refuses, IMB4025 when it doesn't answer, IMB4026 when nothing says as whom to ask.</summary>
/// <param name="key">The key's name.</param>
/// <param name="cancellationToken">Ends the work.</param>
public delegate Task<ISigner> OpenKmsKey(KmsKeyReference key, CancellationToken cancellationToken);
