using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ShelfWise.EntryPoints;
using Spectre.Console;

namespace ShelfWise.Tests;

public sealed partial class CommandLineTests
{
    [Fact]
    public async Task The_orders_that_ship_with_it_are_placed_or_refused_and_add_up()
    {
        var run = await SampleProgram.RunAsync();

        run.ExitCode.Should().Be(CommandLine.Success);
        run.Error.Should().BeEmpty();
        run.Output.Should().ContainAll(
            "300 rows of orders.csv", "a dead letter, requeued, handled", "All 12 checks hold.",
            "unreadable", "unknown currency", "invalid quantity", "invalid price", "unknown book", "out of stock", "duplicate");
    }

    [Fact]
    public async Task The_readme_shows_what_it_prints()
    {
        var readme = (await File.ReadAllTextAsync(Path.Combine(Folder(), "../../samples/ShelfWise/README.md"))).ReplaceLineEndings("\n");
        var shown = readme.Split("<!-- output -->\n\n```text\n")[1].Split("\n```")[0];

        var printed = (await SampleProgram.RunAsync()).Output.ReplaceLineEndings("\n").TrimEnd();

        Times().Replace(shown, "").Should().Be(Times().Replace(printed, ""));

        static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
    }

    [Fact]
    public async Task A_thousand_generated_orders_add_up()
    {
        var run = await SampleProgram.RunAsync("--orders", "1000");

        run.ExitCode.Should().Be(CommandLine.Success);
        run.Output.Should().ContainAll("1000 rows of generated orders", "All 12 checks hold.");
    }

    [Fact]
    public async Task A_single_generated_order_adds_up() => (await SampleProgram.RunAsync("--orders=1")).ExitCode.Should().Be(CommandLine.Success);

    [Theory]
    [InlineData("Unknown option '--frobnicate'.", "--frobnicate")]
    [InlineData("Unknown option 'orders.csv'.", "orders.csv")]
    [InlineData("Unknown option '--help=yes'.", "--help=yes")]
    [InlineData("--orders needs a value.", "--orders")]
    [InlineData("--orders needs a value.", "--orders=")]
    [InlineData("--orders needs a value.", "--orders", "--database")]
    [InlineData("--orders takes a whole number from 1 to 100000, not 'many'.", "--orders", "many")]
    [InlineData("--orders takes a whole number from 1 to 100000, not '0'.", "--orders", "0")]
    [InlineData("--orders takes a whole number from 1 to 100000, not '-5'.", "--orders", "-5")]
    [InlineData("--orders takes a whole number from 1 to 100000, not '100001'.", "--orders=100001")]
    [InlineData("--orders is given twice.", "--orders", "1", "--orders", "2")]
    [InlineData("--database needs a value.", "--database")]
    [InlineData("--crash is given twice.", "--crash", "--crash")]
    [InlineData("Unknown option '--crash=twice'.", "--crash=twice")]
    [InlineData("--crash needs 20 orders or more.", "--crash", "--orders", "19")]
    [InlineData("--postgres needs a value.", "--postgres")]
    [InlineData("--postgres takes a connection string", "--postgres", "secret")]
    [InlineData("--postgres takes a connection string", "--postgres", "Password=secret;Flavour=secret")]
    [InlineData("--postgres takes a connection string with a Host", "--postgres", "Password=secret")]
    [InlineData("--database is a file of SQLite: it does not go with --postgres.", "--postgres", "Host=h", "--database", "shop.db")]
    [InlineData("--schema goes with --postgres only.", "--schema", "shop")]
    [InlineData("--schema takes small letters, digits and underscores", "--postgres", "Host=h", "--schema", "shop; DROP TABLE orders")]
    [InlineData("--schema takes small letters, digits and underscores", "--postgres", "Host=h", "--schema", "1st")]
    [InlineData("--resume takes an address", "--resume", "yesterday", "--database", "shop.db")]
    [InlineData("--resume needs a database that is there.", "--resume", "http://127.0.0.1/")]
    public async Task An_option_that_makes_no_sense_is_named(string message, params string[] arguments)
    {
        var run = await SampleProgram.RunAsync(arguments);

        run.ExitCode.Should().Be(CommandLine.Misuse);
        run.Error.Should().Contain(message).And.Contain("--help").And.NotContain("secret");
        run.Output.Should().BeEmpty();
    }

    [Fact]
    public async Task Help_names_every_option()
    {
        var run = await SampleProgram.RunAsync("--help");

        run.ExitCode.Should().Be(CommandLine.Success);
        run.Output.Should().ContainAll("--orders N", "--crash", "--database PATH", "--postgres CONNECTION", "--schema NAME", "--help");
    }

    [Fact]
    public async Task A_database_that_is_asked_for_by_name_is_kept_and_never_overwritten()
    {
        var folder = Directory.CreateTempSubdirectory("shelfwise-tests-");
        try
        {
            var path = Path.Combine(folder.FullName, "kept.db");
            (await SampleProgram.RunAsync("--orders", "5", "--database", path)).ExitCode.Should().Be(CommandLine.Success);
            folder.GetFiles().Should().ContainSingle("the log that was written ahead is merged into the file").Which.Name.Should().Be("kept.db");

            var again = await SampleProgram.RunAsync("--orders", "5", "--database", path);

            again.ExitCode.Should().Be(CommandLine.Failure);
            again.Error.Should().Contain(path).And.Contain("exists");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_database_that_cannot_be_made_is_named()
    {
        var path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"), "missing", "shop.db");

        var run = await SampleProgram.RunAsync("--database", path);

        run.ExitCode.Should().Be(CommandLine.Failure);
        run.Error.Should().Contain(path);
    }

    [Fact]
    public async Task An_interrupted_run_says_so()
    {
        using var interrupted = new CancellationTokenSource();
        await interrupted.CancelAsync();

        var run = await SampleProgram.RunAsync(interrupted.Token);

        run.ExitCode.Should().Be(CommandLine.Interrupted);
        run.Error.Should().Contain("interrupted");
    }

    /// <summary>The mean duration of a handler, and the duration of the run.</summary>
    [GeneratedRegex(@"(?<=│ (before|after) .*)\s+\d+\.\d+ │|(?<=rows in )\d+\.\d+")]
    private static partial Regex Times();
}
