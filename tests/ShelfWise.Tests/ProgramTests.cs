using System.Diagnostics;

namespace ShelfWise.Tests;

/// <summary>The program itself, as a user starts it, with its output going into a pipe.</summary>
public sealed class ProgramTests
{
    [Fact]
    public async Task It_ends_with_zero_and_prints_plain_text_into_a_pipe()
    {
        var run = await RunAsync();

        run.ExitCode.Should().Be(0);
        run.Error.Should().BeEmpty();
        run.Output.Should().Contain("All 12 checks hold.").And.NotContain("\e");
        run.Output.Split('\n').Should().OnlyContain(line => line.TrimEnd('\r').Length <= 100);
    }

    [Fact]
    public async Task It_ends_with_two_for_an_option_that_it_does_not_know()
    {
        var run = await RunAsync("--frobnicate");

        run.ExitCode.Should().Be(2);
        run.Error.Should().Contain("Unknown option '--frobnicate'.");
        run.Output.Should().BeEmpty();
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { "exec", typeof(Shop).Assembly.Location },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,

            // Spectre.Console colours what it prints there, even into a pipe.
            Environment = { ["GITHUB_ACTIONS"] = "true" },
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var program = Process.Start(start)!;
        var (output, error) = (program.StandardOutput.ReadToEndAsync(), program.StandardError.ReadToEndAsync());
        await program.WaitForExitAsync();
        return (program.ExitCode, await output, await error);
    }
}
