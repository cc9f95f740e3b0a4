using System.Collections.Concurrent;

namespace DomainEvents.Tests;

public sealed class EventIdentityTests
{
    private const int Threads = 4;
    private const int EventsPerThread = 20_000;

    // RFC 9562, appendix A.6 uses the same millisecond: 22 February 2022, 19:22:22 UTC.
    private const long Moment = 1_645_557_742_000 * TimeSpan.TicksPerMillisecond << 6;

    [Fact]
    public void The_id_starts_with_the_milliseconds_since_1970() =>
        EventIdentity.Compose(Moment, 0).Should().Be(Guid.Parse("017f22e2-79b0-7000-8000-000000000000"));

    [Fact]
    public void Precision_counter_and_randomness_never_touch_version_and_variant() =>
        EventIdentity.Compose(Moment + (9_999 << 6) + 63, ulong.MaxValue)
            .Should().Be(Guid.Parse("017f22e2-79b0-79c3-bfff-ffffffffffff"));

    [Fact]
    public void A_later_moment_gives_a_greater_id_whatever_the_randomness()
    {
        long[] steps = [0, 1, 62, 63, 64, 65, 9_998 << 6, (9_999 << 6) + 63, 10_000 << 6, 20_001 << 6];

        var ids = steps.Select((step, i) => EventIdentity.Compose(Moment + step, i % 2 == 0 ? ulong.MaxValue : 0)).ToArray();

        ids.Should().BeInAscendingOrder();
        ids.Select(id => id.ToString()).Should().BeInAscendingOrder(StringComparer.Ordinal, "stores may sort ids as text");
    }

    [Fact]
    public void Ids_ascend_in_the_order_of_creation()
    {
        var ids = Enumerable.Range(0, EventsPerThread).Select(_ => new OrderPlaced().EventId).ToArray();

        ids.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    [Fact]
    public void Ids_of_events_created_one_after_the_other_on_different_threads_ascend()
    {
        var gate = new object();
        var ids = new List<Guid>(Threads * EventsPerThread);

        RunOnThreads(() =>
        {
            lock (gate)
            {
                ids.Add(new OrderPlaced().EventId);
            }
        });

        ids.Should().HaveCount(Threads * EventsPerThread);
        ids.Should().BeInAscendingOrder();
    }

    [Fact]
    public void Threads_that_race_never_make_the_same_id()
    {
        var ids = new ConcurrentBag<Guid>();

        RunOnThreads(() => ids.Add(new OrderPlaced().EventId));

        ids.Distinct().Should().HaveCount(Threads * EventsPerThread);
    }

    [Fact]
    public void The_time_within_the_id_is_that_of_the_event_or_less_than_a_second_ahead()
    {
        foreach (var domainEvent in Enumerable.Range(0, EventsPerThread).Select(_ => new OrderPlaced()))
        {
            var ahead = TimeOf(domainEvent.EventId) - domainEvent.OccurredAt;
            ahead.Should().BeGreaterThan(TimeSpan.FromMilliseconds(-1)).And.BeLessThan(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Ids_of_one_moment_differ_by_their_randomness()
    {
        var tails = Enumerable.Range(0, 1_000).Select(_ => new OrderPlaced().EventId.ToString()[^12..]);

        tails.Should().OnlyHaveUniqueItems();
    }

    private static DateTimeOffset TimeOf(Guid id)
    {
        var bytes = id.ToByteArray(bigEndian: true);
        var milliseconds = bytes.Take(6).Aggregate(0L, (value, next) => (value << 8) | next);
        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }

    private static void RunOnThreads(Action step)
    {
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < EventsPerThread; i++)
            {
                step();
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }
}
