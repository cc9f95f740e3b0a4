using System.Collections.Concurrent;
using DomainEvents.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

public class QueueStressTests
{
    private const int Producers = 8;
    private const int CommitsEach = 100;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 4)]
    [InlineData(16, 3)]
    public async Task Many_producers_and_consumers_handle_every_event_once_and_keep_to_the_limit(int capacity, int concurrency)
    {
        const int Total = Producers * CommitsEach * 2; // each event commits another one from its handler
        var handled = new ConcurrentDictionary<Guid, int>();
        var done = new TaskCompletionSource();
        int running = 0, most = 0, count = 0;
        await using var services = Containers.Build(services => services.AddDomainEvents()
            .AddBackgroundDispatch(options => (options.Capacity, options.MaxConcurrency) = (capacity, concurrency)));
        using var subscription = services.Bus().Subscribe<IOrderEvent>(async (domainEvent, _) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            await Task.Yield();
            if (domainEvent is OrderPlaced)
            {
                await services.CommitAsync(new OrderShipped());
            }

            handled.AddOrUpdate(domainEvent.EventId, 1, (_, times) => times + 1);
            Interlocked.Decrement(ref running);
            if (Interlocked.Increment(ref count) == Total)
            {
                done.SetResult();
            }
        });

        await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(async () =>
        {
            for (var i = 0; i < CommitsEach; i++)
            {
                if (producer % 2 == 0)
                {
                    await services.CommitAsync(new OrderPlaced(i));
                }
                else
                {
                    services.Commit(new OrderPlaced(i));
                }
            }
        }))).Soon();
        await done.Task.Soon();

        handled.Should().HaveCount(Total).And.OnlyContain(pair => pair.Value == 1);
        most.Should().BeLessThanOrEqualTo(concurrency);
    }

    [Fact]
    public async Task Work_that_comes_while_the_container_is_disposed_is_handled_or_reported_never_neither()
    {
        using var changed = new SemaphoreSlim(0);
        using var log = new RecordingLoggerProvider { OnLog = _ => changed.Release() };
        var handled = new ConcurrentDictionary<Guid, bool>();
        var services = Containers.Build(services => services.AddRecording(log).AddDomainEvents()
            .AddBackgroundDispatch(options => (options.Capacity, options.MaxConcurrency) = (2, 2)));
        services.Bus().Subscribe<OrderPlaced>(async (placed, _) =>
        {
            await Task.Yield();
            handled[placed.EventId] = true;
            changed.Release();
        });
        var committed = new ConcurrentQueue<OrderPlaced>();
        var started = new Gate();
        started.Open();

        var producers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    var placed = new OrderPlaced();
                    await services.CommitAsync(placed);
                    committed.Enqueue(placed);
                    await started.PassAsync();
                }
            }
            catch (ObjectDisposedException)
            {
                // No new scope, so no new transaction: the end.
            }
        })).ToArray();
        await started.Entered;
        await services.DisposeAsync();
        await Task.WhenAll(producers).Soon();

        bool IsAccountedFor(OrderPlaced placed) =>
            handled.ContainsKey(placed.EventId)
            || log.Entries.Any(entry => entry.EventId.Id is 2003 or 2011 && entry.Message.Contains(placed.EventId.ToString(), StringComparison.Ordinal));
        while (!committed.All(IsAccountedFor))
        {
            (await changed.WaitAsync(Signals.Timeout)).Should().BeTrue("whatever was committed is handled or reported");
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
