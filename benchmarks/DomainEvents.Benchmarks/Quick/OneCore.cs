using System.Diagnostics;
using System.Text.Json;
using DomainEvents.Benchmarks.Reports;

namespace DomainEvents.Benchmarks.Quick;

/// <summary>
/// Measures groups on the first core, in a process of their own: on Linux the setting counts for the thread that makes it
/// and for those that it starts later, so it has to come first, and cannot be taken back.
/// </summary>
public static class OneCore
{
    public const string Command = "quick-on-one-core";

    public static async Task<IReadOnlyList<CaseResult>> MeasureAsync(QuickGroup group)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(OneCore).Assembly.Location);
        }

        start.ArgumentList.Add(Command);
        start.ArgumentList.Add(group.Name);
        using var child = Process.Start(start)!;
        var rows = await JsonSerializer.DeserializeAsync<CaseResult[]>(child.StandardOutput.BaseStream);
        await child.WaitForExitAsync();
        return rows!;
    }

    /// <summary>What the process of its own does.</summary>
    public static async Task<int> RunAsync(string groupName)
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            using var process = Process.GetCurrentProcess();
            process.ProcessorAffinity = 1;
        }

        // On a thread that was started under the setting.
        var rows = await Task.Run(() => QuickGroup.FindAll().Single(group => group.Name == groupName).MeasureAsync());
        Console.WriteLine(JsonSerializer.Serialize(rows));
        return 0;
    }
}
