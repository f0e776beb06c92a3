using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ImmutableBuild.Generations;
using ImmutableBuild.Local;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tool.Output;

/// <summary>The answer of <c>rollback</c>.</summary>
internal sealed record RollbackAnswer(
    AppKey App, GenerationId? From, GenerationId To, string? Url, bool WasStandby, double Milliseconds, long? RequestsLost, ImmutableArray<GenerationId> Destroyed);

/// <summary>The answer of <c>stop</c>.</summary>
internal sealed record StopAnswer(AppKey App, ImmutableArray<GenerationId> Stopped);

/// <summary>One instance's lines in the answer of <c>logs</c>.</summary>
internal sealed record LogAnswer(GenerationId Generation, string Instance, ImmutableArray<string> Lines);

/// <summary>The answer of <c>resume</c>; the errors are those of its apps, so that all answers have them in one place.</summary>
internal sealed record ResumeAnswer(ImmutableArray<ResumedAnswer> Apps, ImmutableArray<ErrorAnswer> Errors);

/// <summary>One app in the answer of <c>resume</c>.</summary>
internal sealed record ResumedAnswer(AppKey App, ResumeOutcome Outcome, GenerationId? Serving, string? Url, ErrorAnswer? Error);

/// <summary>The answer of <c>key new</c>.</summary>
internal sealed record NewKeyAnswer(string PrivateFile, string PublicFile, string KeyId);

/// <summary>The answer of <c>key show</c>.</summary>
internal sealed record KeyAnswer(string KeyId, string PublicKey);

/// <summary>The answer of <c>release</c>; <see cref="Release"/> is there when it succeeded.</summary>
internal sealed record ReleaseAnswer(bool Succeeded, ReleasedAnswer? Release, ImmutableArray<ErrorAnswer> Errors);

/// <summary>One error in an answer.</summary>
internal sealed record ErrorAnswer(string Code, string Message);

/// <summary>The answer of any command that was refused.</summary>
internal sealed record RefusalAnswer(ImmutableArray<ErrorAnswer> Errors);

/// <summary>The JSON form of the answers that Core has none for.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(RollbackAnswer))]
[JsonSerializable(typeof(StopAnswer))]
[JsonSerializable(typeof(ImmutableArray<LogAnswer>))]
[JsonSerializable(typeof(ResumeAnswer))]
[JsonSerializable(typeof(NewKeyAnswer))]
[JsonSerializable(typeof(KeyAnswer))]
[JsonSerializable(typeof(ReleaseAnswer))]
[JsonSerializable(typeof(RefusalAnswer))]
internal sealed partial class ToolJson : JsonSerializerContext;
