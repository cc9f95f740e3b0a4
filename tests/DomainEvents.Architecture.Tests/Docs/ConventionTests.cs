namespace DomainEvents.Architecture.Docs;

/// <summary>The reading of regions and markers, on which the tests of the documentation rely.</summary>
public sealed class ConventionTests
{
    [Fact]
    public void Regions_of_one_name_are_joined_by_a_blank_line_each_without_its_indentation()
    {
        var snippets = Snippet.In("A.cs", Lines("""
            #region whole
            using DomainEvents;
            #endregion
            class A
            {
                #region whole
                void Run()
                {
                    #region part
                    Go();
                    #endregion
                }
                #endregion
            }
            """));

        snippets.Should().Equal(
            new Snippet("whole", "A.cs", "using DomainEvents;\n\nvoid Run()\n{\n    Go();\n}"),
            new Snippet("part", "A.cs", "Go();"));
    }

    [Fact]
    public void Regions_that_do_not_match_are_an_error()
    {
        FluentActions.Enumerating(() => Snippet.In("A.cs", ["#region a"])).Should().Throw<FormatException>();
        FluentActions.Enumerating(() => Snippet.In("A.cs", ["#endregion"])).Should().Throw<FormatException>();
    }

    [Fact]
    public void Several_markers_may_stand_before_a_block_on_one_line_or_on_several()
    {
        var blocks = MarkdownBlock.In("a.md", Lines("""
            <!-- quick-start --><!-- snippet: one -->

            ```csharp
            Go();
            ```

            <!-- quick-start-output -->
            <!-- output: one -->
            ~~~text
            gone
            ~~~
            """));

        blocks.Should().Equal(
            new MarkdownBlock("a.md:3", "csharp", "one", null, "Go();"),
            new MarkdownBlock("a.md:9", "text", null, "one", "gone"));
    }

    [Fact]
    public void A_marker_that_text_separates_from_its_block_belongs_to_no_block()
    {
        var blocks = MarkdownBlock.In("a.md", Lines("""
            <!-- snippet: one -->
            Look:
            ```csharp
            Go();
            ```
            <!-- snippet: two -->
            """));

        blocks.Should().Equal(
            new MarkdownBlock("a.md:1", null, "one", null, ""),
            new MarkdownBlock("a.md:3", "csharp", null, null, "Go();"),
            new MarkdownBlock("a.md:6", null, "two", null, ""));
    }

    [Fact]
    public void A_longer_fence_may_show_a_shorter_one()
    {
        var blocks = MarkdownBlock.In("a.md", Lines("""
            ````markdown
            ```csharp
            Go();
            ```
            ````
            """));

        blocks.Should().ContainSingle().Which.Language.Should().Be("markdown");
    }

    private static string[] Lines(string text) => text.ReplaceLineEndings("\n").Split('\n');
}
