using DomainEvents.Architecture.Packages;

namespace DomainEvents.Architecture.PublicApi;

/// <summary>The public API changes only on purpose: each package has a text of it that somebody has approved.</summary>
public sealed class PublicApiTests
{
    private const string Accept = "DOMAIN_EVENTS_ACCEPT_API";

    public static TheoryData<string> PackageNames => Package.Names;

    [Theory]
    [MemberData(nameof(PackageNames))]
    public void The_public_API_is_the_approved_one(string name)
    {
        var path = Repository.PathOf("tests", "PublicApi", name + ".approved.txt");
        var actual = ApiText.Of(Package.Named(name).Assembly);
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            File.WriteAllText(path, actual);
        }

        var approved = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";

        Differences(approved, actual).Should().BeEmpty(
            "the public API of {0} is approved in tests/PublicApi/{0}.approved.txt; if the change is meant, run this test with {1}=1, "
            + "which rewrites the file, and commit it",
            name, Accept);
        actual.Should().Be(approved);
    }

    [Fact]
    public void Every_approved_API_belongs_to_a_package() =>
        Repository.Files("tests/PublicApi", "*.txt").Select(path => Path.GetFileName(path).Replace(".approved.txt", "", StringComparison.Ordinal))
            .Should().BeEquivalentTo(Package.All.Select(package => package.Name));

    private static string[] Differences(string approved, string actual)
    {
        var (before, after) = (approved.Split('\n'), actual.Split('\n'));
        return [.. before.Except(after).Select(line => "- " + line), .. after.Except(before).Select(line => "+ " + line)];
    }
}
