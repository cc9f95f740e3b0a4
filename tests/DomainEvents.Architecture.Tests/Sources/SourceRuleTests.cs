using System.Text.RegularExpressions;

namespace DomainEvents.Architecture.Sources;

/// <summary>How the house looks: rules on the files themselves.</summary>
public sealed partial class SourceRuleTests
{
    private static readonly string[] Sources = Repository.Files("src", "*.cs");

    [Fact]
    public void There_are_sources_to_check() => Sources.Should().HaveCountGreaterThan(50);

    [Fact]
    public void A_file_holds_at_most_one_public_type_and_bears_its_name()
    {
        foreach (var path in Sources)
        {
            var types = Repository.Lines(path).Select(line => PublicType().Match(line)).Where(match => match.Success)
                .Select(match => match.Groups["name"].Value).Distinct().ToArray();

            types.Should().HaveCountLessThan(2, "{0} holds one", path);
            types.Where(type => type != Stem(path)).Should().BeEmpty("{0} is named after what it holds", path);
        }
    }

    [Fact]
    public void No_source_file_is_longer_than_300_lines() =>
        Sources.Where(path => Repository.Lines(path).Length > 301).Should().BeEmpty("a type that grows past that has two jobs");

    [Fact]
    public void No_folder_has_a_name_that_says_nothing()
    {
        string[] empty = ["Utils", "Util", "Utilities", "Helpers", "Helper", "Common", "Misc", "Impl", "Core", "Shared", "Manager", "Managers"];

        Sources.Concat(Repository.Files("tests", "*.cs"))
            .Where(path => path.Split('/').SkipLast(1).Intersect(empty, StringComparer.OrdinalIgnoreCase).Any())
            .Should().BeEmpty("a folder is named after what data goes through");
    }

    [Fact]
    public void No_source_reads_the_wall_clock_or_blocks() =>
        Hits(Sources, WallClock()).Should().BeEmpty("time comes from a TimeProvider");

    [Fact]
    public void No_test_sleeps() =>
        Hits(Repository.Files("tests", "*.cs").Where(path => path.Contains(".Tests/", StringComparison.Ordinal)
                && !path.EndsWith("/SourceRuleTests.cs", StringComparison.Ordinal)
                && !path.EndsWith(".Crash.Tests/Runs/Eventually.cs", StringComparison.Ordinal)), Sleep()) // what killed processes leave tells nobody
            .Should().BeEmpty("a test waits for a signal, or drives the TimeProvider");

    [Fact]
    public void A_suppression_carries_its_reason_on_the_same_line() =>
        Hits(Sources, SuppressionWithoutReason()).Should().BeEmpty();

    [Fact]
    public void A_namespace_is_written_for_the_whole_file() =>
        Hits(Sources, BlockNamespace()).Should().BeEmpty();

    private static IEnumerable<string> Hits(IEnumerable<string> paths, Regex pattern) =>
        from path in paths
        from line in Repository.Lines(path).Index()
        where pattern.IsMatch(line.Item)
        select $"{path}:{line.Index + 1}: {line.Item.Trim()}";

    /// <summary>Order{TId}.cs and Order.Completion.cs hold Order.</summary>
    private static string Stem(string path) => Path.GetFileName(path).Split('.', '{')[0];

    [GeneratedRegex(
        @"^public (?:(?:sealed|abstract|static|readonly|partial|ref) )*" +
        @"(?:class|interface|record struct|record class|record|struct|enum|delegate [\w<>?]+) (?<name>\w+)")]
    private static partial Regex PublicType();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(UtcNow|Now|Today)\b|\bEnvironment\.TickCount|\bStopwatch\b|\bThread\.Sleep\b|\bGuid\.CreateVersion7\(\)")]
    private static partial Regex WallClock();

    [GeneratedRegex(@"\bThread\.Sleep\b|\bTask\.Delay\(\s*\d|\bSpinWait\b")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"^\s*#pragma warning disable [^/]*$|SuppressMessage\((?!.*Justification)")]
    private static partial Regex SuppressionWithoutReason();

    [GeneratedRegex(@"^\s*namespace [\w.]+\s*\{?\s*$")]
    private static partial Regex BlockNamespace();
}
