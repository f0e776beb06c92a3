using ImmutableBuild.Images.Tar;

namespace ImmutableBuild.Images;

/// <summary>
/// The files of an image while its layers are applied, lowest first (OCI image-spec, layer, "Applying Changesets"). Nothing
/// here touches a disk: links are followed within the tree and can't leave it.
/// </summary>
/// <param name="budget">What the image may still use up: directories that no layer lists take as much room as those that one does.</param>
internal sealed class FileTree(SpoolBudget budget)
{
    private const string WhiteoutPrefix = ".wh.";
    private const string OpaqueMarker = ".wh..wh..opq";
    private const int MaxHops = 40;

    private readonly TreeNode _root = new("", null, -1);

    /// <summary>Applies one entry of layer number <paramref name="ordinal"/>.</summary>
    public void Apply(TarHeader header, int ordinal, Digest layer)
    {
        var path = LayerPath.Parse(header.Name);
        if (path.Length == 0)
        {
            return;
        }

        var end = path.LastIndexOf('/');
        var parent = end < 0 ? _root : ParentFor(path.AsSpan(0, end), ordinal, header.Name);
        var name = path[(end + 1)..];
        if (name == OpaqueMarker)
        {
            parent.RemoveBelow(ordinal);
        }
        else if (name.StartsWith(WhiteoutPrefix, StringComparison.Ordinal))
        {
            Whiteout(parent, name[WhiteoutPrefix.Length..], ordinal, header.Name);
        }
        else
        {
            Put(parent, name, header, ordinal, layer);
        }
    }

    /// <summary>The node at a path, links followed within the image; null when there is none or links go round in a circle.</summary>
    public TreeNode? Find(string path) => Resolve(_root, path, followLast: true);

    /// <summary>All entries, parents before children, siblings in ordinal order.</summary>
    public IEnumerable<ImageEntry> Entries => _root.Descendants().Select(node => node.Entry).OfType<ImageEntry>();

    private static void Whiteout(TreeNode parent, string name, int ordinal, string written)
    {
        if (name is "" or "." or "..")
        {
            throw new TarException($"the whiteout '{written}' names no file");
        }

        if (parent.Child(name) is { } hidden)
        {
            hidden.RemoveBelow(ordinal);
            if (hidden.Ordinal < ordinal && !hidden.HasChildren)
            {
                parent.Remove(name);
            }
        }
    }

    private void Put(TreeNode parent, string name, TarHeader header, int ordinal, Digest layer)
    {
        var existing = parent.Child(name);
        var isDirectory = header.Kind == TarKind.Directory;
        if (existing is not null && existing.Ordinal == ordinal && !(isDirectory && existing.IsDirectory))
        {
            throw new TarException($"the name '{header.Name}' occurs twice");
        }

        // A directory over a directory keeps its children; any other change of kind replaces all that was there.
        var keepsChildren = isDirectory && existing is { IsDirectory: true };
        var node = keepsChildren ? existing! : new TreeNode(name, parent, ordinal);
        var entry = header.Kind == TarKind.HardLink ? HardLink(header, layer, node.Path) : EntryOf(header, ordinal, layer, node.Path);
        if (existing is not null && !keepsChildren)
        {
            node.Replace(existing);
        }

        node.Set(entry, ordinal);
        parent.Add(node);
    }

    private static ImageEntry EntryOf(TarHeader header, int ordinal, Digest layer, string path) => header.Kind switch
    {
        TarKind.File => new(path, ImageEntryKind.File, header.Mode, header.Uid, header.Gid, header.Size, null, layer)
        {
            Location = new(ordinal, header.DataOffset),
        },
        TarKind.Directory => new(path, ImageEntryKind.Directory, header.Mode, header.Uid, header.Gid, 0, null, layer),
        TarKind.SymbolicLink => new(path, ImageEntryKind.SymbolicLink, header.Mode, header.Uid, header.Gid, 0, header.LinkName, layer),
        _ => new(path, ImageEntryKind.Special, header.Mode, header.Uid, header.Gid, 0, null, layer),
    };

    private ImageEntry HardLink(TarHeader header, Digest layer, string path) =>
        Resolve(_root, LayerPath.Parse(header.LinkName), followLast: false)?.Entry is { Kind: ImageEntryKind.File or ImageEntryKind.SymbolicLink } found
            ? found with { Path = path, Layer = layer }
            : throw new TarException($"the hard link '{header.Name}' points to '{header.LinkName}', which is no file of the image");

    // A directory that is a link of a lower layer is followed, as runtimes do. A layer that writes through a link of its own is an attack (L2).
    private TreeNode ParentFor(ReadOnlySpan<char> directory, int ordinal, string written)
    {
        var node = _root;
        foreach (var range in directory.Split('/'))
        {
            var part = directory[range];
            var child = node.Child(part);
            if (child is { Entry.Kind: ImageEntryKind.SymbolicLink })
            {
                child = child.Ordinal == ordinal
                    ? throw new TarException($"'{written}' lies behind the symbolic link '{child.Path}' of the same layer")
                    : Resolve(_root, child.Path, followLast: true) ?? throw new TarException($"'{written}' lies behind the symbolic link '{child.Path}', which leads nowhere");
            }

            if (child is null)
            {
                budget.SpendEntry(part.Length);
                child = new TreeNode(part.ToString(), node, ordinal);
                node.Add(child);
            }
            else if (!child.IsDirectory)
            {
                throw new TarException($"'{written}' lies below '{child.Path}', which is no directory");
            }

            node = child;
        }

        return node;
    }

    private TreeNode? Resolve(TreeNode from, string path, bool followLast)
    {
        var pending = new Stack<string>(path.Split('/').Reverse());
        var node = path.StartsWith('/') ? _root : from;
        var hops = 0;
        while (pending.TryPop(out var part))
        {
            if (part is "" or ".")
            {
                continue;
            }

            // '..' at the root stays there, as the kernel has it.
            var next = part == ".." ? node.Parent ?? _root : node.Child(part);
            if (next is null)
            {
                return null;
            }

            if (next.Entry is { Kind: ImageEntryKind.SymbolicLink, LinkTarget: { } target } && (followLast || pending.Count > 0))
            {
                if (++hops > MaxHops || pending.Count > 4096)
                {
                    return null;
                }

                node = target.StartsWith('/') ? _root : node;
                foreach (var step in target.Split('/').Reverse())
                {
                    pending.Push(step);
                }
            }
            else
            {
                node = next;
            }
        }

        return node;
    }
}
