using ImmutableBuild.Images;

namespace ImmutableBuild.Tests.Images;

public sealed class RenamingTests
{
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int AlreadyExists = unchecked((int)0x800700B7);

    private int _asked;

    [Fact]
    public void On_Windows_what_is_held_open_for_a_moment_is_renamed_once_it_is_not()
    {
        Renaming.Do(() => Refuse(new IOException("in use", SharingViolation), times: 2), isWindows: true);

        _asked.ShouldBe(3);
    }

    [Fact]
    public void On_Windows_a_read_only_place_is_told_after_a_while()
    {
        Should.Throw<UnauthorizedAccessException>(() => Renaming.Do(() => Refuse(new UnauthorizedAccessException(), times: 1000), isWindows: true));

        _asked.ShouldBeGreaterThan(1);
    }

    [Theory]
    [InlineData(AlreadyExists, true)]
    [InlineData(SharingViolation, false)]
    public void Any_other_refusal_is_told_at_once(int code, bool isWindows)
    {
        Should.Throw<IOException>(() => Renaming.Do(() => Refuse(new IOException("no", code), times: 1), isWindows));

        _asked.ShouldBe(1);
    }

    private void Refuse(Exception fault, int times)
    {
        if (++_asked <= times)
        {
            throw fault;
        }
    }
}
