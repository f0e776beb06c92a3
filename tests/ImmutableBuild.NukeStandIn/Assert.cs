using System.Runtime.CompilerServices;

namespace Nuke.Common;

/// <summary>What has to hold in a build.</summary>
public static class Assert
{
    public static void Fail(string message, Exception exception = null) => throw new Exception(message, exception);

    public static void True(bool condition, string message = null, [CallerArgumentExpression("condition")] string argumentExpression = null)
    {
        if (!condition)
        {
            throw new ArgumentException(message ?? "Expected condition to be true", message is null ? argumentExpression : null);
        }
    }

    public static void False(bool condition, string message = null, [CallerArgumentExpression("condition")] string argumentExpression = null)
    {
        if (condition)
        {
            throw new ArgumentException(message ?? "Expected condition to be false", message is null ? argumentExpression : null);
        }
    }

    public static T NotNull<T>(this T obj, string message = null, [CallerArgumentExpression("obj")] string argumentExpression = null)
        where T : class => obj ?? throw new ArgumentException(message ?? $"Expected object of type '{typeof(T).FullName}' to be not null", message is null ? argumentExpression : null);

    public static void FileExists(string path, string message = null, [CallerArgumentExpression("path")] string argumentExpression = null) =>
        True(File.Exists(path), message ?? $"Expected file to exist: {path}", argumentExpression);

    public static void DirectoryExists(string path, string message = null, [CallerArgumentExpression("path")] string argumentExpression = null) =>
        True(Directory.Exists(path), message ?? $"Expected directory to exist: {path}", argumentExpression);
}
