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

    /// <summary>As <see cref="TrueAsync"/>, but it may last as long as something goes on: where handlers write as much as they can, a relay of SQLite waits for its turns.</summary>
    public static async Task TrueWhileProgressingAsync(Func<Task<bool>> condition, Func<Task<long>> progress, Func<Task<string>> failure)
    {
        for (long before, now = await progress(); !await IsTrueAsync(condition, Deadline);)
        {
            (before, now) = (now, await progress());
            if (now == before)
            {
                throw new InvalidOperationException($"Nothing more within {Deadline.TotalSeconds} seconds: {await failure()}");
            }
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
