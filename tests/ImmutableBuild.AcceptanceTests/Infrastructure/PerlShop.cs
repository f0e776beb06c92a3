using System.Security.Cryptography;

namespace ImmutableBuild.AcceptanceTests.Infrastructure;

/// <summary>An app in a language of its own, with a Dockerfile: the project beside it compiles nothing and only carries the package.</summary>
internal static class PerlShop
{
    public const string Directory = "src/Pérl Shop";
    public const string Project = $"{Directory}/Shop.csproj";

    private const string Program = """
        use strict;
        use warnings;
        use IO::Socket::INET;
        $SIG{TERM} = sub { exit 0 };
        $SIG{CHLD} = 'IGNORE';
        my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 128, ReuseAddr => 1) or die "no port: $!";
        print "edition @EDITION@ listens on $ENV{PORT}\n";
        while (1) {
            my $client = $server->accept or next;
            if (fork) { close $client; next }
            my $request = <$client> // exit;
            while (defined(my $line = <$client>)) { last if $line =~ /^\r?\n$/ }
            my $body = $request =~ m{^GET /alive } ? 'alive' : "VERSION, edition @EDITION@, as user $<";
            print $client "HTTP/1.1 200 OK\r\nContent-Length: " . length($body) . "\r\nConnection: close\r\n\r\n$body";
            close $client;
            exit;
        }
        """;

    private const string Dockerfile = """
        ARG BASE
        FROM $BASE AS build
        LABEL org.opencontainers.image.title=APP
        ARG EDITION
        COPY . /build/
        RUN test ! -e /build/key.pem && sed "s/@EDITION@/$EDITION/" /build/shop.pl > /build/made.pl && echo "made edition $EDITION"

        FROM $BASE
        COPY --from=build /build/made.pl /srv/shop.pl
        USER 1654
        CMD ["perl", "/srv/shop.pl"]
        """;

    /// <summary>Writes it as the app <paramref name="app"/>, ready to commit, with a signing key.</summary>
    public static void Write(ScratchRepository repository, string app, string version, string baseImage, string gatewayImage)
    {
        repository.WriteProject(
            Project,
            $"""
            <ImmutableApp>{app}</ImmutableApp>
            <ImmutableTarget>docker</ImmutableTarget>
            <ImmutableBake>dockerfile</ImmutableBake>
            <ImmutableHealthPath>/alive</ImmutableHealthPath>
            <ImmutableKeyFile>key.pem</ImmutableKeyFile>
            <ImmutableGatewayBaseImage>{gatewayImage}</ImmutableGatewayBaseImage>
            """,
            $"""
            <ContainerPort Include="8080" />
            <ImmutableBuildArgument Include="BASE" Value="{baseImage}" />
            <ImmutableBuildArgument Include="EDITION" Value="first" />
            """,
            "Microsoft.NET.Sdk");
        repository.Write($"{Directory}/Dockerfile", Dockerfile.Replace("APP", app, StringComparison.Ordinal));
        repository.Write($"{Directory}/.dockerignore", "**\n!*.pl\n!key.pem\n");
        repository.Write($"{Directory}/.gitignore", "key.pem\n");
        WriteProgram(repository, version);
        WriteKey(repository);
    }

    /// <summary>Writes the program alone.</summary>
    public static void WriteProgram(ScratchRepository repository, string version) =>
        repository.Write($"{Directory}/shop.pl", Program.Replace("VERSION", version, StringComparison.Ordinal));

    private static void WriteKey(ScratchRepository repository)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        repository.Write($"{Directory}/key.pem", key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(repository.PathOf($"{Directory}/key.pem"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
