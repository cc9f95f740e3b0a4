using System.Collections.Concurrent;
using System.Diagnostics;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Benchmarks.Outbox;

/// <summary>From the moment at which a commit has returned to the moment at which a handler begins, one event at a time.</summary>
internal static class Latencies
{
    private const int Events = 2000;
    private const int WarmUp = 200;

    public static async Task RunAsync(OutboxDatabase database)
    {
        Console.WriteLine("\n**From commit to handler**\n\n| Where | p50 | p99 | Target |\n|---|--:|--:|--:|");
        await InProcessAsync(database);
        await InAnotherProcessAsync(database);
    }

    private static async Task InProcessAsync(OutboxDatabase database)
    {
        await using var application = database.Open(_ => { }, builder => builder.AddHandler<NoteTime>(ServiceLifetime.Singleton));
        await OutboxDatabase.StartAsync(application);
        await MeasureAsync(application, "the same process", "1 / 10 ms", NoteTime.WhenHandledAsync);
        await OutboxDatabase.StopAsync(application);
    }

    private static async Task InAnotherProcessAsync(OutboxDatabase database)
    {
        using var receiver = LatencyReceiver.Start(database.ConnectionString);
        await using var application = database.Open(options => options.RunRelay = false);
        await MeasureAsync(application, "another process", "2 / 20 ms", receiver.WhenHandledAsync);
    }

    private static async Task MeasureAsync(ServiceProvider application, string where, string target, Func<long, Task<long>> whenHandled)
    {
        await using var scope = application.CreateAsyncScope();
        var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();
        var latencies = new List<double>();
        for (var number = 0; number < Events + WarmUp; number++)
        {
            var handled = whenHandled(number);
            await dispatcher.PublishAsync(new ParcelSent(number, "Lighthouse Road 1"));
            var committed = Stopwatch.GetTimestamp();
            var at = await handled;
            if (number >= WarmUp)
            {
                latencies.Add(Math.Max(0, Stopwatch.GetElapsedTime(committed, at).TotalMilliseconds));
            }
        }

        latencies.Sort();
        OutboxReport.Write($"| {where} | {latencies[Events / 2]:0.00} ms | {latencies[Events * 99 / 100]:0.00} ms | {target} |");
    }

    private sealed class NoteTime : IEventHandler<ParcelSent>
    {
        private static readonly ConcurrentDictionary<long, TaskCompletionSource<long>> Waiting = [];

        public static Task<long> WhenHandledAsync(long number) => Waiting.GetOrAdd(number, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public ValueTask HandleAsync(ParcelSent domainEvent, CancellationToken cancellationToken)
        {
            Waiting.GetOrAdd(domainEvent.Number, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(Stopwatch.GetTimestamp());
            return default;
        }
    }
}
