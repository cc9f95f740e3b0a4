using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace ShelfWise.EntryPoints.Crash;

/// <summary>This program once more, in a process of its own.</summary>
internal sealed class ShopProcess : IDisposable
{
    private readonly Process _process;

    private ShopProcess(Process process) => _process = process;

    /// <summary>137 where it ended by SIGKILL: 128 and the number of the signal.</summary>
    public int ExitCode => _process.ExitCode;

    public static ShopProcess Start(IEnumerable<string> arguments)
    {
        var start = StartInfo();
        start.RedirectStandardOutput = true;
        start.StandardOutputEncoding = Encoding.UTF8;
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new ShopProcess(Process.Start(start)!);
    }

    /// <summary>Reads what it says until it has ended.</summary>
    public async Task ReadAsync(Action<string> onLine)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            onLine(line);
        }

        await _process.WaitForExitAsync();
    }

    /// <summary>By SIGKILL, or TerminateProcess on Windows: it does not get to know of it.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    /// <summary>As this process was started: as an executable of its own, or by the .NET host.</summary>
    private static ProcessStartInfo StartInfo()
    {
        var program = typeof(ShopProcess).Assembly;
        var path = Environment.ProcessPath;
        var isHost = Path.GetFileNameWithoutExtension(path) == "dotnet";
        return path is not null && !isHost && Assembly.GetEntryAssembly() == program
            ? new ProcessStartInfo(path)
            : new ProcessStartInfo(isHost ? path! : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { ArgumentList = { "exec", program.Location } };
    }
}
