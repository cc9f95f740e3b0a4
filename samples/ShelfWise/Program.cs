using System.Text;
using ShelfWise.EntryPoints;
using Spectre.Console;

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

// Into a file or a pipe goes plain text, also on build servers, where Spectre.Console would switch colours on.
var redirected = Console.IsOutputRedirected;
var console = AnsiConsole.Create(new AnsiConsoleSettings
{
    Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
    Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
    Enrichment = new ProfileEnrichment { UseDefaultEnrichers = !redirected },
});
if (redirected)
{
    console.Profile.Width = 100;
}

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // The first Ctrl+C ends the run in good order, so that the temporary database goes; a second one kills it.
    pressed.Cancel = !interrupted.IsCancellationRequested;
    interrupted.Cancel();
};

return await CommandLine.RunAsync(args, console, Console.Error, interrupted.Token);
