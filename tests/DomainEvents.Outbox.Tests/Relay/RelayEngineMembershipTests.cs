using DomainEvents.Outbox.Relay;
using DomainEvents.Outbox.Tests.Simulation;

namespace DomainEvents.Outbox.Tests.Relay;

public sealed class RelayEngineMembershipTests
{
    [Fact]
    public void What_was_read_under_an_earlier_lease_is_not_handled_as_another_may_have_handled_it_since()
    {
        var run = new EngineRun().Started();
        run.Commit("s1");
        run.Wake();
        var early = run.InFlight!;
        var answer = run.Store.Exchange(early.Request);
        run.Advance(run.Settings.LeaseDuration);
        run.Answer(run.Open.OfType<RelayCommand.Renew>().Single());
        run.Open.Remove(early);

        run.Engine.Exchanged(early, answer, run.Now);
        run.Ask();

        answer.Events.Should().ContainSingle();
        run.Running.Should().BeEmpty();
        run.Finish();
        run.Engine.Successes.Should().Be(1, "it is read again");
    }

    [Fact]
    public void What_was_handled_is_not_acknowledged_when_the_lease_has_run_out_meanwhile()
    {
        var run = new EngineRun();
        run.Commit("s1");
        run.Commit("s2");
        run.Started();
        run.Answer(run.Running.First());

        run.Advance(run.Settings.LeaseDuration);

        run.Running.Should().ContainSingle().Which.Lane.IsDropped.Should().BeTrue("one of the two had ended");
        run.InFlight.Should().BeNull();
    }

    [Fact]
    public void A_relay_that_stops_gives_back_at_once_what_it_does_not_work_on_and_takes_none_of_it_over_again()
    {
        var run = new EngineRun();
        run.Commit("s1");
        run.Commit("s2");
        run.Started();

        run.Stop();
        var first = run.Open.OfType<RelayCommand.Release>().Single();
        run.Answer(first);
        run.Advance(run.Settings.LeaseDuration / 3);
        run.Answer(run.Open.OfType<RelayCommand.Renew>().Single());

        first.Partitions.Should().HaveCount(Schedule.Partitions - 2);
        first.Leaves.Should().BeTrue("others share out all there is");
        run.Engine.Owned.Should().HaveCount(2);
        run.Engine.HasEnded.Should().BeFalse();
        run.Store.Renew(new RelayRenewal("other", [], [], run.Settings.LeaseDuration)).Partitions.Should().HaveCount(Schedule.Partitions - 2);
    }

    [Fact]
    public void A_relay_that_stops_gives_each_partition_back_when_it_is_done_with_it_and_ends_with_the_last()
    {
        var run = new EngineRun();
        run.Commit("s1");
        run.Commit("s2");
        run.Started();
        run.Stop();
        run.Answer(run.Open.OfType<RelayCommand.Release>().Single());

        foreach (var left in new[] { 1, 0 })
        {
            run.Answer(run.Running.First());
            run.Advance(run.Settings.AcknowledgementDelay);
            run.Answer(run.InFlight!);
            run.Answer(run.Open.OfType<RelayCommand.Release>().Single());
            run.Engine.Owned.Should().HaveCount(left);
            run.Engine.HasEnded.Should().Be(left == 0);
        }

        run.Store.Pending.Should().Be(0);
    }

    [Fact]
    public void A_relay_that_stops_before_it_owns_anything_leaves()
    {
        var run = new EngineRun();
        run.Engine.Stop();

        run.Ask();
        run.Open.Should().ContainSingle().Which.Should().BeOfType<RelayCommand.Release>().Which.Leaves.Should().BeTrue();
        run.Finish();

        run.Engine.HasEnded.Should().BeTrue();
    }

    [Fact]
    public void A_relay_that_stops_while_it_gives_back_what_is_above_its_share_leaves_nothing_behind()
    {
        var run = new EngineRun().Started();
        run.Store.Renew(new RelayRenewal("other", [], [], run.Settings.LeaseDuration));
        run.Advance(run.Settings.LeaseDuration / 3);
        run.Answer(run.Open.OfType<RelayCommand.Renew>().Single());
        var surplus = run.Open.OfType<RelayCommand.Release>().Single();

        run.Stop();
        run.Answer(surplus);
        run.Finish();

        surplus.Leaves.Should().BeFalse();
        run.Engine.HasEnded.Should().BeTrue();
        run.Store.Renew(new RelayRenewal("other", [], [], run.Settings.LeaseDuration)).Should().Match<RelayLease>(lease => lease.Share == Schedule.Partitions);
    }
}
