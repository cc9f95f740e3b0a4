using System.Diagnostics;
using ShelfWise.Services;

namespace ShelfWise.Tests;

/// <summary>The program itself, as a user starts it without a database.</summary>
public sealed class ProgramTests
{
    [Theory]
    [InlineData("no database is named")]
    [InlineData("the connection string is malformed", "--connection", "somewhere")]
    [InlineData("the connection string has no Host", "--connection", "Database=shop")]
    public async Task Without_a_database_it_says_how_to_name_one(string problem, params string[] arguments)
    {
        var run = await RunAsync(arguments);

        run.ExitCode.Should().Be(2);
        run.Error.Should().StartWith($"shelfwise-web: {problem}").And.ContainAll("--connection", "DOMAIN_EVENTS_POSTGRES");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        // Nobody listens on port 1.
        var run = await RunAsync("--connection", "Host=127.0.0.1;Port=1;Username=nobody;Database=shop");

        run.ExitCode.Should().Be(1);
        run.Error.Should().StartWith("shelfwise-web: the database shop on ").And.Contain("127.0.0.1:1");
    }

    private static async Task<(int ExitCode, string Error)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { "exec", typeof(PlaceOrder).Assembly.Location },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("DOMAIN_EVENTS_POSTGRES");
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var program = Process.Start(start)!;
        var (output, error) = (program.StandardOutput.ReadToEndAsync(), program.StandardError.ReadToEndAsync());
        await program.WaitForExitAsync();
        await output;
        return (program.ExitCode, await error);
    }
}
