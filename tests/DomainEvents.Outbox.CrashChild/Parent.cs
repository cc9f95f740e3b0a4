using DomainEvents.Outbox.CrashChild.Killing;

namespace DomainEvents.Outbox.CrashChild;

/// <summary>The tests that have started this process: they are told by lines of the output, and tell by lines of the input.</summary>
internal static class Parent
{
    /// <summary>Set when this process is continued after it was stopped.</summary>
    public static ManualResetEventSlim Continued { get; } = new();

    public static void Tell(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    /// <summary>Completes when this process is to stop. When the parent is gone it dies.</summary>
    public static Task StopAsync()
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var listener = new Thread(() =>
        {
            while (Console.In.ReadLine() is { } line)
            {
                if (line == "stop")
                {
                    stop.TrySetResult();
                }
                else
                {
                    Continued.Set();
                }
            }

            NamedPoints.Die();
        });
        listener.IsBackground = true;
        listener.Start();
        return stop.Task;
    }
}
