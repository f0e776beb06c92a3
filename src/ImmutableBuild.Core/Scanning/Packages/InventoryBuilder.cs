using System.Collections.Immutable;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>Takes together what the files of an image say about what is in it. What can't be read is noted, never left out in silence.</summary>
internal sealed class InventoryBuilder(ImageFileSystem image)
{
    private readonly Dictionary<string, Component> _components = new(StringComparer.Ordinal);
    private readonly List<string> _unread = [];
    private readonly ImmutableArray<Digest> _layers = [.. image.Manifest.Layers.Select(layer => layer.Digest)];

    /// <summary>How many components there are by now.</summary>
    public int Count => _components.Count;

    /// <summary>Notes something that is there and could not be listed.</summary>
    public void AddUnread(string reason) => _unread.Add(reason);

    /// <summary>Adds what a file names. One that is too large, or that <paramref name="read"/> refuses with a <see cref="FormatException"/>, is noted as unread.</summary>
    public void AddFile(ImageEntry file, long maximumLength, Func<Stream, ImmutableArray<Component>> read)
    {
        if (file.Kind != ImageEntryKind.File || file.Size > maximumLength)
        {
            AddUnread($"/{file.Path} was not read: {(file.Kind == ImageEntryKind.File ? $"it has {file.Size} bytes, at most {maximumLength} are read" : "it is no file")}");
            return;
        }

        AddAnswer(file, () =>
        {
            using var content = image.OpenNoted(file);
            return read(content);
        });
    }

    /// <summary>Adds what is found in a file. One that <paramref name="read"/> refuses with a <see cref="FormatException"/> is noted as unread.</summary>
    public void AddAnswer(ImageEntry file, Func<ImmutableArray<Component>> read)
    {
        try
        {
            foreach (var component in read())
            {
                Add(component);
            }
        }
        catch (FormatException fault)
        {
            AddUnread($"/{file.Path} could not be understood: {fault.Message}");
        }
    }

    /// <summary>Adds a component. One named by several files is one, found in several places, and belongs to the lowest layer that has it.</summary>
    public void Add(Component component) => _components[component.Reference] = _components.TryGetValue(component.Reference, out var known)
        ? known with
        {
            Layer = _layers.IndexOf(component.Layer) < _layers.IndexOf(known.Layer) ? component.Layer : known.Layer,
            Locations = known.Locations.Union(component.Locations),
            DependsOn = known.DependsOn.Union(component.DependsOn),
            PackageSha512 = known.PackageSha512 ?? component.PackageSha512,
            License = known.License ?? component.License,
            Supplier = known.Supplier ?? component.Supplier,
        }
        : component;

    /// <summary>All that was added, each component as <paramref name="complete"/> makes it.</summary>
    public Inventory Build(OsRelease? os, Func<Component, Component> complete) =>
        new(os, [.. _components.Values.Select(complete).OrderBy(component => component.Reference, StringComparer.Ordinal)], [.. _unread]);
}
