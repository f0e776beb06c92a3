using System.Collections.Immutable;

namespace ImmutableBuild.Images;

/// <summary>One name in a <see cref="FileTree"/>. A node without an entry is a directory that no layer listed by itself.</summary>
internal sealed class TreeNode(string name, TreeNode? parent, int ordinal)
{
    private static readonly Comparer<TreeNode> s_byName = Comparer<TreeNode>.Create((one, other) => string.CompareOrdinal(one.Name, other.Name));

    private Dictionary<string, TreeNode>? _children;

    public string Name { get; } = name;

    public TreeNode? Parent { get; } = parent;

    /// <summary>The number of the layer it comes from.</summary>
    public int Ordinal { get; private set; } = ordinal;

    public ImageEntry? Entry { get; private set; }

    /// <summary>The files of lower layers that were in this one's place, the lowest first; not those behind a whiteout.</summary>
    public ImmutableArray<ImageEntry> Replaced { get; private set; } = [];

    public bool IsDirectory => Entry is null or { Kind: ImageEntryKind.Directory };

    public bool HasChildren => _children is { Count: > 0 };

    public string Path { get; } = parent is null or { Parent: null } ? name : $"{parent.Path}/{name}";

    public TreeNode? Child(ReadOnlySpan<char> name) =>
        _children is not null && _children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var child) ? child : null;

    public void Add(TreeNode child) => (_children ??= new(StringComparer.Ordinal))[child.Name] = child;

    public void Remove(string name) => _children?.Remove(name);

    /// <summary>Takes the place of <paramref name="earlier"/>, a file of a lower layer.</summary>
    public void Replace(TreeNode earlier) => Replaced = earlier.Entry is { Kind: ImageEntryKind.File } file ? earlier.Replaced.Add(file) : [];

    public void Set(ImageEntry entry, int ordinal) => (Entry, Ordinal) = (entry, ordinal);

    /// <summary>Removes everything below it that comes from a layer lower than <paramref name="ordinal"/>.</summary>
    public void RemoveBelow(int ordinal)
    {
        if (_children is null)
        {
            return;
        }

        foreach (var child in _children.Values.ToArray())
        {
            child.RemoveBelow(ordinal);
            if (child.Ordinal < ordinal && !child.HasChildren)
            {
                _children.Remove(child.Name);
            }
        }
    }

    /// <summary>Everything below it, parents before children, in ordinal order.</summary>
    public IEnumerable<TreeNode> Descendants()
    {
        var pending = new Stack<TreeNode>(ChildrenReversed());
        while (pending.TryPop(out var node))
        {
            yield return node;
            foreach (var child in node.ChildrenReversed())
            {
                pending.Push(child);
            }
        }
    }

    private IEnumerable<TreeNode> ChildrenReversed() => _children is null ? [] : _children.Values.OrderDescending(s_byName);
}
