namespace DomainEvents.PostgreSql.Tests.Exchange;

public sealed class FloorTests
{
    private readonly Floor _floor = new();

    public FloorTests()
    {
        _floor.Read([1, 2]);
        _floor.Seen(1000);
    }

    [Fact]
    public void It_begins_at_the_bottom_and_is_due() => (_floor.Position, _floor.IsDue).Should().Be((0, true));

    [Fact]
    public void It_does_not_rise_while_a_transaction_runs_that_ran_when_a_position_was_read()
    {
        _floor.Raise(first: 900, oldest: 50, own: 60);

        _floor.Raise(first: 900, oldest: 59, own: 70);

        _floor.Position.Should().BeLessThan(2);
    }

    [Fact]
    public void It_rises_to_the_first_event_that_there_is_when_they_are_over()
    {
        _floor.Raise(first: 900, oldest: 50, own: 60);

        _floor.Raise(first: 900, oldest: 60, own: 70);

        _floor.Position.Should().Be(900);
    }

    [Fact]
    public void Where_nothing_is_left_it_rises_above_what_was_read_and_no_further()
    {
        _floor.Raise(first: null, oldest: 50, own: 60);
        _floor.Seen(2000);

        _floor.Raise(first: null, oldest: 60, own: 70);

        _floor.Position.Should().Be(1001);
    }

    [Fact]
    public void It_never_sinks_for_partitions_that_are_read_all_along()
    {
        _floor.Raise(first: 900, oldest: 60, own: 60);
        _floor.Raise(first: 900, oldest: 60, own: 60);

        _floor.Read([2]);
        _floor.Raise(first: 800, oldest: 60, own: 60);

        _floor.Position.Should().Be(900);
    }

    [Fact]
    public void It_begins_at_the_bottom_again_for_a_partition_that_was_not_read_before()
    {
        _floor.Raise(first: 900, oldest: 60, own: 60);
        _floor.Raise(first: 900, oldest: 60, own: 60);

        _floor.Read([2, 3]);

        _floor.Position.Should().Be(0);
    }

    [Fact]
    public void Also_for_one_that_was_left_out_once()
    {
        _floor.Raise(first: 900, oldest: 60, own: 60);
        _floor.Raise(first: 900, oldest: 60, own: 60);
        _floor.Read([2]);

        _floor.Read([1, 2]);

        _floor.Position.Should().Be(0);
    }

    [Fact]
    public void It_is_due_now_and_then()
    {
        _floor.Raise(first: 1, oldest: 1, own: 1);
        var atOnce = _floor.IsDue;
        _floor.Acknowledged(10_000);

        (atOnce, _floor.IsDue).Should().Be((false, true));
    }
}
