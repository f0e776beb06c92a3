namespace ImmutableBuild.Tests.Trust;

/// <summary>A key pair as <c>cosign generate-key-pair</c> (2.5.0) wrote it. It signs nothing anywhere.</summary>
internal static class CosignKeys
{
    public const string Password = "pass word";

    public const string Private = """
        -----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----
        eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjo2NTUzNiwiciI6
        OCwicCI6MX0sInNhbHQiOiIwU29UVmcvY2lteHJlVWYrR05LeFU4ZmJFS2YvZHh0
        aXhhN3Z3NEVlc1hFPSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94
        Iiwibm9uY2UiOiIwRWpsZlkrT3UyK3k1TjJGdmtuTCt1dDdiNVNqYnFFUyJ9LCJj
        aXBoZXJ0ZXh0IjoiNFRTa0FyL0dURlBBbHBtME5LRy9YZVF2MEUwKzhZYmxXVnN6
        YTczVDFxWXIxSTQycnNXcldHT3NDRkRUZHQ2VlVtQVdzUlpXK0lHYkJrNys5TXRa
        Vzhia21rQW9hcWxKdmlDY2gvbUNDT1ZoN2UxV3BHQitreEtuZkFmcTBSMG0xUm5q
        WVZzM25JN1cwQUh0UUprNjRsUkRWRGZPVVFUVWtzV2tjWkcxUXA5cENseCtnVWRt
        eW9oODhxYW42d2kxaWV5UlhtbTViOFNQSEE9PSJ9
        -----END ENCRYPTED SIGSTORE PRIVATE KEY-----

        """;

    public const string Public = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEPQcCLRJDtyvQa3zsyCw2/Fl0tVWN
        kbZP691HkL0C7Z1IXxHp/Z7jTTUBT8dlf8DEAj9e+YKY9R/j3+4asfD9cg==
        -----END PUBLIC KEY-----

        """;
}
