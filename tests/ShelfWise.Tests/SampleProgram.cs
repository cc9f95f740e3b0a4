using ShelfWise.EntryPoints;
using Spectre.Console;

namespace ShelfWise.Tests;

/// <summary>The program, within this process, with its output going into text.</summary>
internal static class SampleProgram
{
    public static Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments) =>
        RunAsync(CancellationToken.None, arguments);

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        console.Profile.Width = 100;
        var exitCode = await CommandLine.RunAsync(arguments, console, error, cancellationToken);
        return (exitCode, output.ToString(), error.ToString());
    }
}
