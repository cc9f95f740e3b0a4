using System.Diagnostics;

namespace DomainEvents.Architecture.Docs;

/// <summary>Code in README and docs is compiled, and what it is said to print is what it prints.</summary>
public sealed class DocumentationTests
{
    private static readonly Snippet[] Snippets =
        [.. Repository.Files("tests/DomainEvents.DocSnippets", "*.cs").SelectMany(file => Snippet.In(file, Repository.Lines(file)))];

    private static readonly MarkdownBlock[] Blocks =
        [.. Repository.Files("docs", "*.md").Prepend("README.md").SelectMany(file => MarkdownBlock.In(file, Repository.Lines(file)))];

    public static TheoryData<string> Printing => [.. Blocks.Select(block => block.Output).OfType<string>().Distinct()];

    [Fact]
    public void The_quick_start_is_checked()
    {
        Blocks.Select(block => block.Snippet).Should().Contain("quick-start");
        Blocks.Select(block => block.Output).Should().Contain("quick-start");
    }

    [Fact]
    public void Every_block_of_code_says_which_snippet_it_is() =>
        Blocks.Where(block => block.IsCSharp && block.Snippet is null).Select(block => block.Place)
            .Should().BeEmpty("C# in the documentation comes from tests/DomainEvents.DocSnippets: put <!-- snippet: name --> before it");

    [Fact]
    public void Every_marker_stands_directly_before_a_block() =>
        Blocks.Where(block => block is { Language: null } && (block.Snippet ?? block.Output) is not null).Select(block => block.Place)
            .Should().BeEmpty("only blank lines and other markers may stand between a marker and its block");

    [Fact]
    public void Every_block_of_code_equals_its_snippet()
    {
        foreach (var block in Blocks.Where(block => block is { Language: not null, Snippet: not null }))
        {
            var snippet = Snippets.SingleOrDefault(snippet => snippet.Name == block.Snippet);

            snippet.Should().NotBeNull("{0} shows the snippet {1}, which is a #region somewhere in tests/DomainEvents.DocSnippets", block.Place, block.Snippet);
            block.Text.Should().Be(snippet!.Text, "{0} shows {1} of {2}", block.Place, snippet.Name, snippet.File);
        }
    }

    [Fact]
    public void A_snippet_has_a_name_of_its_own() =>
        Snippets.GroupBy(snippet => snippet.Name).Where(group => group.Count() > 1).Select(group => group.Key)
            .Should().BeEmpty("regions of one name belong together only within one file");

    [Fact]
    public void Every_snippet_is_shown_somewhere() =>
        Snippets.Where(snippet => !Blocks.Any(block => block.Snippet == snippet.Name)).Select(snippet => $"{snippet.Name} ({snippet.File})")
            .Should().BeEmpty("what no page shows is in nobody's interest");

    [Theory]
    [MemberData(nameof(Printing))]
    public async Task A_snippet_prints_what_the_documentation_says(string name)
    {
        var printed = Snippet.Normalized((await RunAsync(name)).ReplaceLineEndings("\n").Split('\n'));

        foreach (var block in Blocks.Where(block => block.Output == name && block.Language is not null))
        {
            printed.Should().Be(block.Text, "{0} says so", block.Place);
        }
    }

    private static async Task<string> RunAsync(string snippet)
    {
        var program = Repository.PathOf("artifacts", "bin", "DomainEvents.DocSnippets", Repository.Configuration, "DomainEvents.DocSnippets.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, snippet]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);

            process.ExitCode.Should().Be(0, "{0} runs; it said: {1}", snippet, await errors);
            return await output;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The snippet {snippet} did not end within a minute.");
        }
    }
}
