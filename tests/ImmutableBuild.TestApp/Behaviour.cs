using System.Globalization;

namespace ImmutableBuild.TestApp;

/// <summary>How the app behaves, read from environment variables once at its start. Unset means well.</summary>
public static class Behaviour
{
    /// <summary><c>TESTAPP_HEALTH</c>: <c>ok</c>, <c>unhealthy</c> (500), <c>hang</c>, <c>flap</c> (200, 500, 200, …), <c>missing</c> (404).</summary>
    public static string Health { get; } = Environment.GetEnvironmentVariable("TESTAPP_HEALTH") ?? "ok";

    /// <summary><c>TESTAPP_NEVER_LISTEN</c>: the process runs, but no port is opened.</summary>
    public static bool NeverListens { get; } = Is("TESTAPP_NEVER_LISTEN");

    /// <summary><c>TESTAPP_CRASH_CODE</c>: the exit code of a crash.</summary>
    public static int CrashCode { get; } = Number("TESTAPP_CRASH_CODE") ?? 3;

    /// <summary><c>TESTAPP_CRASH_AFTER_MS</c>: crashes after that time.</summary>
    public static int? CrashAfterMilliseconds { get; } = Number("TESTAPP_CRASH_AFTER_MS");

    /// <summary><c>TESTAPP_START_DELAY_MS</c>: waits before it listens.</summary>
    public static int StartDelayMilliseconds { get; } = Number("TESTAPP_START_DELAY_MS") ?? 0;

    /// <summary><c>TESTAPP_ONCE</c>: well the first time it is started in a working directory; every later run never listens.</summary>
    public static bool IsWellOnce { get; } = Is("TESTAPP_ONCE");

    /// <summary><c>TESTAPP_IGNORE_TERM</c>: SIGTERM does nothing.</summary>
    public static bool IgnoresTerminate { get; } = Is("TESTAPP_IGNORE_TERM");

    /// <summary><c>TESTAPP_CHILDREN</c>: starts a child in its own group and one in a session of its own, each sleeping.</summary>
    public static bool HasChildren { get; } = Is("TESTAPP_CHILDREN");

    /// <summary><c>TESTAPP_HTTP2_ONLY</c>: speaks HTTP/2 with prior knowledge and nothing else.</summary>
    public static bool SpeaksHttp2Only { get; } = Is("TESTAPP_HTTP2_ONLY");

    /// <summary><c>TESTAPP_PORT</c>: listens there instead of where it was told to.</summary>
    public static int? OtherPort { get; } = Number("TESTAPP_PORT");

    /// <summary><c>TESTAPP_LISTENER_CHILD</c>: a child listens in its place, in its own <c>group</c> or in a <c>session</c> of the child's own.</summary>
    public static string? ListenerChild { get; } = Environment.GetEnvironmentVariable("TESTAPP_LISTENER_CHILD");

    /// <summary><c>TESTAPP_ERROR_EVERY</c>: one in so many requests answers 500, those of the health path left out.</summary>
    public static int? ErrorEvery { get; } = Number("TESTAPP_ERROR_EVERY");

    /// <summary><c>TESTAPP_DELAY_MS</c>: each request takes that much longer, those of the health path left out.</summary>
    public static int? DelayMilliseconds { get; } = Number("TESTAPP_DELAY_MS");

    private static bool Is(string name) => Environment.GetEnvironmentVariable(name) is "1" or "true";

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
