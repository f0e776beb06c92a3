using System.Security.Cryptography;
using System.Text;

namespace Guestbook;

/// <summary>What a visitor has to know to write into the book; null where the instance was given none, and then no one may.</summary>
internal sealed class WritingKey(string? value)
{
    public bool IsThere => !string.IsNullOrEmpty(value);

    /// <summary>Compares in a time that tells nothing of how much was right.</summary>
    public bool Is(string? offered) =>
        IsThere && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(offered ?? ""), Encoding.UTF8.GetBytes(value!));
}
