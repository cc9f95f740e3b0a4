using System.Diagnostics;

namespace DomainEvents.Outbox.Crash.Tests.Runs;

/// <summary>Waits for what other processes do to a database, which tells nobody.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    public static async Task TrueAsync(Func<Task<bool>> condition, Func<Task<string>> failure)
    {
        if (!await IsTrueAsync(condition, Deadline))
        {
            throw new InvalidOperationException($"Not within {Deadline.TotalSeconds} seconds: {await failure()}");
        }
    }

    public static async Task<bool> IsTrueAsync(Func<Task<bool>> condition, TimeSpan deadline)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > deadline)
            {
                return false;
            }

            await Task.Delay(20);
        }

        return true;
    }
}
