using System.Xml;
using System.Xml.Linq;
using ImmutableBuild.Errors;

namespace ImmutableBuild.MSBuild;

/// <summary>Finds where properties and items are set in a project file and its Directory.Build files: MSBuild itself doesn't tell.</summary>
internal sealed class ProjectTexts
{
    private const long LongestText = 4 * 1024 * 1024;

    private readonly Dictionary<string, SourceLocation> _places = new(StringComparer.OrdinalIgnoreCase);

    public ProjectTexts(IEnumerable<string> files)
    {
        foreach (var file in files.Where(File.Exists))
        {
            Read(file);
        }
    }

    /// <summary>All names of properties and items in the files.</summary>
    public IEnumerable<string> Names => _places.Keys;

    /// <summary>Where each is set first.</summary>
    public IReadOnlyDictionary<string, SourceLocation> Places => _places;

    /// <summary>Where <paramref name="name"/> is set first: in the project before its Directory.Build files.</summary>
    public SourceLocation? Locate(string name) => _places.GetValueOrDefault(name);

    private void Read(string file)
    {
        using var reader = XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = LongestText });
        var groups = XDocument.Load(reader, LoadOptions.SetLineInfo).Descendants().Where(element => element.Name.LocalName is "PropertyGroup" or "ItemGroup");
        foreach (var element in groups.Elements())
        {
            var place = (IXmlLineInfo)element;
            _places.TryAdd(element.Name.LocalName, new SourceLocation(file, place.LineNumber, place.LinePosition));
        }
    }
}
