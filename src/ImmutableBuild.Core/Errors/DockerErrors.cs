using System.Collections.Immutable;
using System.Net;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Errors;

/// <summary>IMB6200-6249: reaching a Docker engine, and what it refuses.</summary>
public static class DockerErrors
{
    private static readonly ErrorDescriptor EndpointInvalidDescriptor = new(
        "IMB6200", "The engine's address is not valid",
        "The address of the Docker engine isn't of a form that is understood.",
        "Use unix:///path, npipe:////./pipe/name, tcp://host:port or ssh://user@host, in DOCKER_HOST or in the docker context.");

    private static readonly ErrorDescriptor ContextUnusableDescriptor = new(
        "IMB6201", "The docker context can't be used",
        "DOCKER_CONTEXT or docker's config.json names a context that doesn't exist, is damaged, or asks for a connection that isn't verified.",
        "See `docker context ls`; choose another context with DOCKER_CONTEXT, or set DOCKER_HOST, which comes first.");

    private static readonly ErrorDescriptor TlsFilesUnusableDescriptor = new(
        "IMB6202", "The engine's TLS files can't be used",
        "The engine is to be reached over TLS, and ca.pem, cert.pem or key.pem is missing, unreadable or no PEM file.",
        "Put the three files where DOCKER_CERT_PATH (default ~/.docker) or the docker context has them.");

    private static readonly ErrorDescriptor EngineAbsentDescriptor = new(
        "IMB6203", "No Docker engine answers",
        "Nothing listens at the engine's address, or the host can't be reached.",
        "Start the engine, or set DOCKER_HOST or DOCKER_CONTEXT to one that runs. Nothing was changed.");

    private static readonly ErrorDescriptor EngineForbiddenDescriptor = new(
        "IMB6204", "The Docker engine may not be used",
        "The user that releases has no permission to open the engine's socket.",
        "Add the user to the socket's group (mostly 'docker'), or release as a user that may use the engine.");

    private static readonly ErrorDescriptor NotAnEngineDescriptor = new(
        "IMB6205", "What answers is no Docker engine",
        "Something listens at the engine's address, but doesn't speak the Docker Engine API.",
        "Correct DOCKER_HOST; an engine that listens with TLS needs DOCKER_TLS_VERIFY=1.");

    private static readonly ErrorDescriptor ApiVersionUnsupportedDescriptor = new(
        "IMB6206", "The engine's API version is not supported",
        "The engine speaks only versions of the Engine API that are older, or newer, than those this build knows.",
        "Use an engine whose API versions reach into the range the message shows (1.41 came with Docker 20.10).");

    private static readonly ErrorDescriptor SshFailedDescriptor = new(
        "IMB6207", "ssh did not reach the engine",
        "The engine's address is ssh://…, and the ssh program is missing, or could not log in, or found no docker there.",
        "Make `ssh HOST docker system dial-stdio` work without asking anything: a key in the agent, a known host, docker on that host's PATH.");

    private static readonly ErrorDescriptor TlsRefusedDescriptor = new(
        "IMB6208", "The TLS connection to the engine was refused",
        "The engine's certificate is not one that ca.pem vouches for, is for another host, or the engine doesn't take the client's.",
        "Check the three files and the host name in DOCKER_HOST. The connection is never made unverified.");

    private static readonly ErrorDescriptor CallRefusedDescriptor = new(
        "IMB6210", "The engine refused a call",
        "The Docker engine answered a call with an error.",
        "The message has the call and the engine's own words.");

    private static readonly ErrorDescriptor NoReplyDescriptor = new(
        "IMB6211", "The engine did not reply",
        "The connection to the Docker engine was refused or cut, or its reply is late: the engine may be restarting.",
        "See that the engine runs; run the release again: it continues from what the engine shows.");

    private static readonly ErrorDescriptor ReplyNotUnderstoodDescriptor = new(
        "IMB6212", "The engine's reply is not understood",
        "What the engine sent isn't what the Engine API says, or is larger than is reasonable.",
        "Nothing of it was used. If it happens again, a proxy in between or the engine is broken.");

    private static readonly ErrorDescriptor ImageNotPulledDescriptor = new(
        "IMB6220", "The engine could not pull an image",
        "The engine was told to pull an image by its digest, and it, or the registry it asked, refused.",
        "See that the engine's own host reaches the registry, and that the credential the release has for it may read the repository. An engine talks plain HTTP only to registries on its own host and those of its 'insecure-registries'.");

    private static readonly ErrorDescriptor ImageMismatchDescriptor = new(
        "IMB6221", "The engine holds another image than it was given",
        "An engine names images by digests of their content. After a pull or load it named another one than the image's manifest does, or none.",
        "Nothing was started from it. Remove that image from the engine and release again; if it happens again, the engine or something before it is broken.");

    private static readonly ErrorDescriptor GatewayFilesMissingDescriptor = new(
        "IMB6222", "The gateway's files are not there",
        "The image of the gateway is made of the gateway's published files, and the directory they should be in lacks one.",
        "They are part of the package: restore it again, or install the tool again.");

    private static readonly ErrorDescriptor GatewayNotStartedDescriptor = new(
        "IMB6230", "The gateway's container did not start",
        "The container that takes the app's requests could not be started, or did not answer in time.",
        "The message has the engine's words; see `docker logs` of the container. A port that is taken is another's: choose one with ImmutablePort. An address that the host does not have is set with ImmutableBind.");

    private static readonly ErrorDescriptor PublicPortDiffersDescriptor = new(
        "IMB6231", "The app is published on another port or address",
        "The gateway of the app has its port and address from when it was created; they can't be changed while the app runs.",
        "Release with the port it has (or 0) and the address it has (or none), or stop the app first.");

    /// <summary>The rows of this file.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        EndpointInvalidDescriptor, ContextUnusableDescriptor, TlsFilesUnusableDescriptor, EngineAbsentDescriptor, EngineForbiddenDescriptor,
        NotAnEngineDescriptor, ApiVersionUnsupportedDescriptor, SshFailedDescriptor, TlsRefusedDescriptor, CallRefusedDescriptor, NoReplyDescriptor,
        ReplyNotUnderstoodDescriptor, ImageNotPulledDescriptor, ImageMismatchDescriptor, GatewayFilesMissingDescriptor, GatewayNotStartedDescriptor,
        PublicPortDiffersDescriptor,
    ];

    /// <summary>An address from <paramref name="source"/> that can't be used; <paramref name="address"/> is shown, so it holds no password.</summary>
    public static ImmutableBuildException EndpointInvalid(string source, string address, string why) => new(new Diagnostic(
        EndpointInvalidDescriptor,
        $"{source} is '{PrintableText.Of(address)}': {why}. Expected unix:///path, npipe:////./pipe/name, tcp://host:port or ssh://user@host."));

    /// <summary>The context <paramref name="name"/> can't be used.</summary>
    public static ImmutableBuildException ContextUnusable(string name, string file, string what) => new(new Diagnostic(
        ContextUnusableDescriptor, $"The docker context '{PrintableText.Of(name)}' can't be used: {what}. See `docker context ls`, or set DOCKER_HOST.", Location: new SourceLocation(file)));

    /// <summary>A file of the TLS material can't be used. Its content is never shown.</summary>
    public static ImmutableBuildException TlsFilesUnusable(string file, string what, Exception? fault = null) => new(
        new Diagnostic(TlsFilesUnusableDescriptor, $"The engine is to be reached over TLS, and {file} can't be used: {what}. Put ca.pem, cert.pem and key.pem where DOCKER_CERT_PATH (default ~/.docker) or the docker context has them.", Location: new SourceLocation(file)), fault);

    /// <summary>Nothing listens at <paramref name="endpoint"/>.</summary>
    public static ImmutableBuildException EngineAbsent(string endpoint, string what, Exception? fault = null) => new(
        new Diagnostic(EngineAbsentDescriptor, $"No Docker engine answers at {endpoint}: {PrintableText.Of(what)} Start it, or set DOCKER_HOST or DOCKER_CONTEXT to one that runs."), fault) { IsTransient = true };

    /// <summary>The socket may not be opened.</summary>
    public static ImmutableBuildException EngineForbidden(string endpoint, string user, Exception? fault = null) => new(
        new Diagnostic(EngineForbiddenDescriptor, $"The user {user} may not open the Docker engine's {endpoint}. Add it to the socket's group (mostly 'docker')."), fault);

    /// <summary>What listens at <paramref name="endpoint"/> answers <paramref name="found"/>.</summary>
    public static ImmutableBuildException NotAnEngine(string endpoint, string found, Exception? fault = null) => new(
        new Diagnostic(NotAnEngineDescriptor, $"Expected a Docker engine at {endpoint}, found something else: {PrintableText.Of(found)} Correct DOCKER_HOST; an engine with TLS needs DOCKER_TLS_VERIFY=1."), fault);

    /// <summary>The engine's versions and ours have none in common.</summary>
    public static ImmutableBuildException ApiVersionUnsupported(string endpoint, string product, string found, string supported) => new(new Diagnostic(
        ApiVersionUnsupportedDescriptor, $"Expected a Docker engine with an API version in {supported} at {endpoint}, found {PrintableText.Of(product)} with {PrintableText.Of(found)}. Use an engine whose versions reach into that range."));

    /// <summary>The ssh program, or what it started, ended before the engine answered.</summary>
    public static ImmutableBuildException SshFailed(string endpoint, string what, Exception? fault = null) => new(
        new Diagnostic(SshFailedDescriptor, $"The Docker engine at {endpoint} was not reached: {PrintableText.Of(what)} Make `ssh HOST docker system dial-stdio` work without asking anything."), fault);

    /// <summary>The handshake failed.</summary>
    public static ImmutableBuildException TlsRefused(string endpoint, string what, Exception? fault = null) => new(
        new Diagnostic(TlsRefusedDescriptor, $"The TLS connection to the Docker engine at {endpoint} failed: {PrintableText.Of(what)} Check ca.pem, cert.pem, key.pem and the host name."), fault);

    /// <summary>The engine answered <paramref name="operation"/> with an error.</summary>
    public static ImmutableBuildException CallRefused(string operation, int status, string engineSays, bool transient, Exception fault) => new(
        new Diagnostic(CallRefusedDescriptor, $"The Docker engine refused to {operation} ({status}): {PrintableText.Of(engineSays)}"), fault) { IsTransient = transient };

    /// <summary>There was no reply to <paramref name="operation"/>, or it was cut.</summary>
    public static ImmutableBuildException NoReply(string operation, string what, Exception fault) => new(
        new Diagnostic(NoReplyDescriptor, $"The Docker engine did not reply when asked to {operation}: {PrintableText.Of(what)}"), fault) { IsTransient = true };

    /// <summary>The reply to <paramref name="operation"/> is not what the API says.</summary>
    public static ImmutableBuildException ReplyNotUnderstood(string operation, string what, Exception fault) => new(
        new Diagnostic(ReplyNotUnderstoodDescriptor, $"The Docker engine was asked to {operation}, and its reply is not understood: {PrintableText.Of(what)}"), fault);

    /// <summary>The engine did not pull <paramref name="reference"/>.</summary>
    public static ImmutableBuildException ImageNotPulled(string reference, bool withCredential, string engineSays, Exception fault) => new(
        new Diagnostic(
            ImageNotPulledDescriptor,
            $"The Docker engine could not pull {reference} {(withCredential ? "with the credential for its registry" : "(no credential for its registry was found)")}: {PrintableText.Of(engineSays)} See that the engine's host reaches that registry and the account may read there."),
        fault);

    /// <summary>What the engine calls <paramref name="name"/> is not the image with the configuration <paramref name="expected"/>.</summary>
    public static ImmutableBuildException ImageMismatch(string name, string expected, string? found) => new(new Diagnostic(
        ImageMismatchDescriptor,
        $"Expected the Docker engine to hold {name} as {expected}, found {(found is null ? "no such image" : PrintableText.Of(found))}. Nothing was started from it; remove it from the engine and release again."));

    /// <summary>The directory <paramref name="files"/> has no <paramref name="missing"/>.</summary>
    public static ImmutableBuildException GatewayFilesMissing(string files, string missing) => new(new Diagnostic(
        GatewayFilesMissingDescriptor, $"Expected the gateway's published files in '{files}', found no '{missing}' there. Restore the package again, or install the tool again."));

    /// <summary>The gateway of <paramref name="app"/> can't be started, or doesn't answer.</summary>
    public static ImmutableBuildException GatewayNotStarted(AppKey app, string what, Exception? fault = null) => new(
        new Diagnostic(GatewayNotStartedDescriptor, $"The gateway of {app} did not start: {PrintableText.Of(what)}"), fault);

    /// <summary>The gateway of <paramref name="app"/> was started without the port the engine was to choose.</summary>
    public static ImmutableBuildException GatewayWithoutPort(AppKey app) => GatewayNotStarted(app, "the engine published no port for it.");

    /// <summary>The app has <paramref name="found"/>, and <paramref name="asked"/> was asked for.</summary>
    public static ImmutableBuildException PublicPortDiffers(AppKey app, int? found, int asked) => new(new Diagnostic(
        PublicPortDiffersDescriptor, $"{app} is published on {(found is { } port ? $"port {port}" : "no port")}, and port {asked} was asked for. Release with the port it has, or stop it first."));

    /// <summary>The app is on <paramref name="found"/>, and <paramref name="asked"/> was asked for.</summary>
    public static ImmutableBuildException PublicAddressDiffers(AppKey app, IPAddress found, IPAddress asked) => new(new Diagnostic(
        PublicPortDiffersDescriptor, $"{app} is published on the address {found}, and {asked} was asked for (ImmutableBind). Release with the address it has, or stop it first (-t:Stop)."));
}
