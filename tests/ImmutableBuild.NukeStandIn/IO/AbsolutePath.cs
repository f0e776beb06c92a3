using System.ComponentModel;
using System.Globalization;

namespace Nuke.Common.IO;

/// <summary>What has an absolute path.</summary>
public interface IAbsolutePathHolder
{
    AbsolutePath Path { get; }
}

/// <summary>An absolute path, of a file or of a directory.</summary>
[TypeConverter(typeof(TypeConverter))]
public class AbsolutePath : IAbsolutePathHolder, IFormattable
{
    private readonly string _path;

    private AbsolutePath(string path) => _path = Normalised(path);

    AbsolutePath IAbsolutePathHolder.Path => this;

    public string Name => Path.GetFileName(_path);

    public string NameWithoutExtension => Path.GetFileNameWithoutExtension(_path);

    public string Extension => Path.GetExtension(_path);

    public AbsolutePath Parent => Path.GetDirectoryName(_path) is { } parent ? new AbsolutePath(parent) : null;

    public static implicit operator AbsolutePath(string path) =>
        path is null ? null : Path.IsPathRooted(path) ? new AbsolutePath(path) : throw new ArgumentException($"Path '{path}' must be rooted");

    public static implicit operator string(AbsolutePath path) => path?.ToString();

    public static AbsolutePath operator /(AbsolutePath left, Range range) => range.Equals(Range.All) ? left.Parent : throw new ArgumentException("Only '..' leads to the parent.");

    public static AbsolutePath operator /(AbsolutePath left, string right) => new(Path.Combine(left._path, right ?? ""));

    public static AbsolutePath operator +(AbsolutePath left, string right) => new(left._path + right);

    public static bool operator ==(AbsolutePath a, AbsolutePath b) => Equals(a, b);

    public static bool operator !=(AbsolutePath a, AbsolutePath b) => !Equals(a, b);

    public static AbsolutePath Create(string path) => new(path);

    protected bool Equals(AbsolutePath other) => string.Equals(_path, other?._path, OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    public override bool Equals(object obj) => obj is AbsolutePath other && Equals(other);

    public override int GetHashCode() => _path.GetHashCode(OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    public override string ToString() => _path;

    public string ToString(string format) => ((IFormattable)this).ToString(format, null);

    string IFormattable.ToString(string format, IFormatProvider formatProvider) => format switch
    {
        "d" => $"\"{_path}\"",
        "dn" => _path.Contains(' ') ? $"\"{_path}\"" : _path,
        "s" => $"'{_path}'",
        "sn" => _path.Contains(' ') ? $"'{_path}'" : _path,
        null or "nq" => _path,
        _ => throw new ArgumentException($"Format '{format}' is not recognized"),
    };

    private static string Normalised(string path)
    {
        var full = Path.GetFullPath(path);
        return full.Length > Path.GetPathRoot(full)!.Length ? full.TrimEnd(Path.DirectorySeparatorChar) : full;
    }

    public class TypeConverter : System.ComponentModel.TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext context, Type sourceType) => sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

        public override object ConvertFrom(ITypeDescriptorContext context, CultureInfo culture, object value) => value switch
        {
            string text => Path.IsPathRooted(text) ? (AbsolutePath)text : EnvironmentInfo.WorkingDirectory / text,
            null => null,
            _ => base.ConvertFrom(context, culture, value),
        };
    }
}
