using System.Diagnostics;

namespace ImmutableBuild.TestApp;

/// <summary>Processes that an app may leave behind.</summary>
public static class Children
{
    /// <summary>Starts one in this process's group and one that leaves it; writes their ids to <c>children.txt</c> in the working directory.</summary>
    public static void Start()
    {
        using var inGroup = Process.Start("sleep", ["1000"]);
        using var inSession = Process.Start("setsid", ["sleep", "1001"]);
        File.WriteAllLines("children.txt", [inGroup.Id.ToString(), inSession.Id.ToString()]);
    }

    /// <summary>Starts the app once more, to listen in place of this process.</summary>
    public static void Listen(string where)
    {
        var program = Environment.ProcessPath!;
        var start = where == "session" ? new ProcessStartInfo("setsid", [program]) : new ProcessStartInfo(program);
        start.Environment.Remove("TESTAPP_LISTENER_CHILD");
        using var child = Process.Start(start);
    }
}
