using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>IMB2: bake, and images as such.</summary>
public static class BakeErrors
{
    private static readonly ErrorDescriptor ImageInvalidDescriptor = new(
        "IMB2001", "An image document is not valid",
        "A manifest, index or configuration isn't what the OCI image specification asks for, or could be read in two ways.",
        "Make the image again with a tool that follows the specification; for a base image, ask whoever publishes it.");

    private static readonly ErrorDescriptor ContentMismatchDescriptor = new(
        "IMB2002", "Content is not what its digest says",
        "Bytes were damaged on the way or on disk, or someone replaced them.",
        "Run again; if it stays, delete the damaged copy the message names (a layout, the data directory's cache), or stop trusting that registry.");

    private static readonly ErrorDescriptor LayerInvalidDescriptor = new(
        "IMB2003", "A layer is refused",
        "A layer's archive is damaged, or tries what no honest layer does: names outside the image, links to outside, contents other than its diff_id says.",
        "Make the image again with another tool; for a base image, use another one.");

    private static readonly ErrorDescriptor LimitExceededDescriptor = new(
        "IMB2004", "An image is larger than the limits allow",
        "Something in the image is larger, deeper or more numerous than is read from an image.",
        "Make the image smaller; the message names the limit.");

    private static readonly ErrorDescriptor NotFoundDescriptor = new(
        "IMB2005", "Content of an image is missing",
        "A layout or registry doesn't hold a manifest, reference or blob that it should.",
        "Bake again; for a base image, check its name.");

    private static readonly ErrorDescriptor LayoutInvalidDescriptor = new(
        "IMB2006", "A directory is no OCI image layout",
        "The directory lacks the files 'oci-layout' and 'index.json', or another version wrote them.",
        "Point to a directory that holds an OCI image layout, or delete it and bake again.");

    private static readonly ErrorDescriptor LayoutBusyDescriptor = new(
        "IMB2007", "An OCI image layout is locked",
        "Another process is changing the layout's index and did not finish in time.",
        "Wait for the other process to end and run again. The lock ends with its process.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        ImageInvalidDescriptor, ContentMismatchDescriptor, LayerInvalidDescriptor, LimitExceededDescriptor, NotFoundDescriptor,
        LayoutInvalidDescriptor, LayoutBusyDescriptor,
    ];

    /// <summary>A manifest, index or configuration that isn't one.</summary>
    public static ImmutableBuildException ImageInvalid(string where, string found, Exception? inner = null) =>
        new(new Diagnostic(ImageInvalidDescriptor, $"Expected a valid image document, found another in {where}: {found}."), inner);

    /// <summary>Bytes that hash to something else, or have another length.</summary>
    public static ImmutableBuildException ContentMismatch(string where, string expected, string found) =>
        new(new Diagnostic(ContentMismatchDescriptor, $"Expected {expected}, found {found}, in {where}. Nothing of it was used."));

    /// <summary>A layer that is damaged or hostile.</summary>
    public static ImmutableBuildException LayerInvalid(string layer, string found, Exception? inner = null) =>
        new(new Diagnostic(LayerInvalidDescriptor, $"The layer {layer} is refused: {found}."), inner);

    /// <summary>Something larger than a limit.</summary>
    public static ImmutableBuildException LimitExceeded(string what, string found, string limit) =>
        new(new Diagnostic(LimitExceededDescriptor, $"{what}: found {found}, the limit is {limit}."));

    /// <summary>Content that should be there and isn't.</summary>
    public static ImmutableBuildException NotFound(string what, string where) =>
        new(new Diagnostic(NotFoundDescriptor, $"Expected {what} in {where}, found none."));

    /// <summary>A directory that is no layout.</summary>
    public static ImmutableBuildException LayoutInvalid(string directory, string found, Exception? inner = null) =>
        new(new Diagnostic(LayoutInvalidDescriptor, $"Expected an OCI image layout in '{directory}': {found}."), inner);

    /// <summary>Another process holds the layout's lock.</summary>
    public static ImmutableBuildException LayoutBusy(string directory, TimeSpan waited, Exception? inner = null) =>
        new(new Diagnostic(LayoutBusyDescriptor, $"Another process has changed the index of '{directory}' for {waited.TotalSeconds:0} seconds. Wait for it to end, then run again."), inner) { IsTransient = true };
}
