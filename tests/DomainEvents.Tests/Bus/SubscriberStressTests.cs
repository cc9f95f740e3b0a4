using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

public sealed class SubscriberStressTests
{
    private const int Publishers = 4;
    private const int Subscribers = 4;
    private const int Stable = 3;
    private const int EventsPerPublisher = 500;

    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task While_others_come_and_go_every_stable_subscriber_sees_every_event_once(FanOut fanOut, int? maxConcurrency)
    {
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        var seen = Enumerable.Range(0, Stable).Select(_ => new int[Publishers * EventsPerPublisher]).ToArray();
        var stable = seen.Select(counts => bus.OnAsync<Numbered>(async (numbered, _) =>
        {
            Interlocked.Increment(ref counts[numbered.Number]);
            if (numbered.Number % 16 == 0)
            {
                await Task.Yield();
            }
        })).ToArray();
        var publishing = true;
        var comers = Enumerable.Range(0, Subscribers).Select(_ => Task.Run(() =>
        {
            while (Volatile.Read(ref publishing))
            {
                using (bus.On<Numbered>(_ => { }))
                using (bus.On<IDomainEvent>(_ => { }))
                {
                }
            }
        })).ToArray();

        var results = await Task.WhenAll(Enumerable.Range(0, Publishers).Select(publisher => Task.Run(async () =>
        {
            var failures = 0;
            for (var i = 0; i < EventsPerPublisher; i++)
            {
                var result = await bus.PublishAsync(new Numbered((publisher * EventsPerPublisher) + i));
                failures += result.Failures.Count + (result.HandlerCount < Stable ? 1 : 0);
            }

            return failures;
        }))).Soon();
        Volatile.Write(ref publishing, false);
        await Task.WhenAll(comers).Soon();

        results.Should().OnlyContain(failures => failures == 0);
        seen.Should().OnlyContain(counts => counts.All(count => count == 1));
        bus.HandlersFor(typeof(Numbered)).Should().HaveCount(Stable);
        Array.ForEach(stable, subscription => subscription.Dispose());
        bus.HandlersFor(typeof(Numbered)).Should().BeEmpty();
    }

    [Fact]
    public async Task First_publishes_of_many_types_at_once_agree_on_the_handlers()
    {
        IDomainEvent[] events =
        [
            new Of<int>(), new Of<long>(), new Of<short>(), new Of<byte>(), new Of<char>(), new Of<bool>(), new Of<float>(),
            new Of<double>(), new Of<decimal>(), new Of<Guid>(), new Of<string>(), new Of<object>(), new Of<Uri>(), new Of<Version>(),
        ];
        for (var round = 0; round < 50; round++)
        {
            var bus = new InMemoryEventBus();
            var handled = 0;
            bus.On<IDomainEvent>(_ => Interlocked.Increment(ref handled));
            using var together = new Barrier(4);

            await Task.WhenAll(Enumerable.Range(0, 4).Select(shift => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait();
                    for (var i = 0; i < events.Length; i++)
                    {
                        Blocking.Wait(bus.PublishAsync(events[(i + (shift * 3)) % events.Length])).ThrowIfFailed();
                    }
                },
                TaskCreationOptions.LongRunning))).Soon();

            handled.Should().Be(4 * events.Length);
        }
    }

    private sealed record Numbered(int Number) : DomainEvent;

    private sealed record Of<T> : DomainEvent;
}
