namespace DomainEvents.Tests;

/// <summary>Moves the process-wide sequence of ids on purpose; it finds back by itself.</summary>
[Collection(Alone.Name)]
public sealed class EventIdentityClockTests
{
    private const int Counter = 6;
    private static readonly long Now = TimeProvider.System.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks;

    [Fact]
    public void A_clock_that_stands_still_gives_ascending_moments()
    {
        var now = Now + TimeSpan.FromDays(1).Ticks;

        var moments = Enumerable.Range(0, 1_000).Select(_ => EventIdentity.NextMoment(now)).ToArray();

        moments[0].Should().Be(now << Counter);
        moments.Should().Equal(Enumerable.Range(0, 1_000).Select(i => (now << Counter) + i), "more than 64 run into the next tick");
    }

    [Fact]
    public void A_clock_set_back_by_less_than_a_second_does_not_disturb_the_order()
    {
        var now = Now + TimeSpan.FromDays(2).Ticks;
        var first = EventIdentity.NextMoment(now);

        EventIdentity.NextMoment(now - TimeSpan.TicksPerSecond + 1).Should().Be(first + 1);
    }

    [Fact]
    public void A_clock_set_back_by_a_second_or_more_is_believed()
    {
        var now = Now + TimeSpan.FromDays(3).Ticks;
        EventIdentity.NextMoment(now);

        EventIdentity.NextMoment(now - TimeSpan.TicksPerSecond).Should().Be((now - TimeSpan.TicksPerSecond) << Counter);
    }

    [Fact]
    public void Ids_come_from_the_present_again_after_the_clock_was_in_the_future()
    {
        EventIdentity.NextMoment(Now + TimeSpan.FromDays(365).Ticks);

        var (first, second) = (new OrderPlaced(), new OrderPlaced());

        new[] { first.EventId, second.EventId }.Should().BeInAscendingOrder();
        var milliseconds = Convert.ToInt64(first.EventId.ToString("N")[..12], 16);
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).Should().BeCloseTo(first.OccurredAt, TimeSpan.FromSeconds(1));
    }
}
