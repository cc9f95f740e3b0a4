using System.Text.RegularExpressions;
using ShelfWise.EntryPoints;

namespace ShelfWise.Tests;

/// <summary>Processes of the sample that are really killed.</summary>
public sealed partial class CrashTests
{
    [Fact]
    public async Task A_shop_that_is_killed_twice_adds_up() => await AddsUpAsync();

    internal static async Task AddsUpAsync(params string[] arguments)
    {
        var run = await SampleProgram.RunAsync(["--crash", .. arguments]);

        run.Error.Should().BeEmpty();
        run.Output.Should().ContainAll("300 rows of orders.csv", "Dead letters", "All 12 checks hold.");
        run.ExitCode.Should().Be(CommandLine.Success);

        var processes = Processes().Matches(run.Output);
        processes.Select(process => process.Groups["end"].Value).Should().Equal("SIGKILL", "SIGKILL", "exit code 0");
        processes.Sum(process => Number(process, "orders")).Should().Be(265, "that many are placed without a crash as well");

        // At each kill the handler that gets no answer, and its siblings that are done; the e-mail may have failed.
        processes.Skip(1).Sum(process => Number(process, "twice")).Should().BeGreaterThanOrEqualTo(6);
        processes.SkipLast(1).Should().OnlyContain(process => Number(process, "left") > 0, "something was under way");
        Number(processes[^1], "left").Should().Be(0);
    }

    private static int Number(Match process, string column) => int.Parse(process.Groups[column].Value, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"│ \d │ +(?<orders>\d+) │ +\d+ │ +\d+ │ +\d+ │ +(?<twice>\d+) │ +(?<left>\d+) │ (?<end>[^│]*[^ │]) +│", RegexOptions.ExplicitCapture)]
    private static partial Regex Processes();
}
