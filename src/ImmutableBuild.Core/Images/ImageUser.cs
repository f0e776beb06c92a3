using ImmutableBuild.Errors;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Images;

/// <summary>Whom an image runs as: never root.</summary>
internal static class ImageUser
{
    /// <summary>The user .NET's own images make for apps.</summary>
    private const string Default = "1654";

    /// <summary>The user asked for, else the base image's <c>APP_UID</c>, else its own user unless that is root, else 1654. Throws IMB2017 for root.</summary>
    public static string Choose(string? asked, RunConfig? baseConfig)
    {
        if (asked is not null)
        {
            return IsRoot(asked) ? throw BakeErrors.RootUser(asked)
                : asked.Length <= 128 && asked.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':') ? asked
                : throw BakeErrors.ConfigurationInvalid("ContainerUser", "a user name or number, with a group after ':' if need be", asked);
        }

        var appUid = baseConfig?.Env?.Where(pair => pair.StartsWith("APP_UID=", StringComparison.Ordinal)).Select(pair => pair["APP_UID=".Length..]).FirstOrDefault();
        return new[] { appUid, baseConfig?.User }.FirstOrDefault(user => user is not null && !IsRoot(user)) ?? Default;
    }

    /// <summary>Whether a user is root under any spelling: empty, <c>root</c>, <c>0</c>, <c>00</c>, each with any group.</summary>
    public static bool IsRoot(string user)
    {
        var name = user.Split(':')[0].Trim();
        return name is "" or "root" || name.All(c => c == '0');
    }
}
