using DomainEvents.Outbox.Relay;

namespace DomainEvents.Outbox.Tests.Relay;

public sealed class RelayEngineIdleTests
{
    [Fact]
    public void It_is_not_idle_before_it_is_a_member()
    {
        var run = new EngineRun();
        run.Engine.IsIdle.Should().BeFalse();

        run.Ask();
        run.Engine.IsIdle.Should().BeFalse();
        run.Engine.NotRenewed(run.Now);
        run.Engine.IsIdle.Should().BeFalse();
    }

    [Fact]
    public void It_is_idle_when_a_read_has_brought_nothing()
    {
        var run = new EngineRun();
        run.Ask();
        run.Answer(run.Open.Single());
        run.Engine.IsIdle.Should().BeFalse("nothing was read");

        run.Answer(run.InFlight!);

        run.Engine.IsIdle.Should().BeTrue();
    }

    [Fact]
    public void It_is_not_idle_until_what_was_handled_is_acknowledged()
    {
        var run = new EngineRun();
        run.Commit("s1");
        run.Started();
        run.Engine.IsIdle.Should().BeFalse("a handler runs");

        run.Answer(run.Running.Single());
        run.Engine.IsIdle.Should().BeFalse("it is not acknowledged");

        run.Answer(run.InFlight!);
        run.Engine.IsIdle.Should().BeTrue();
        run.Store.Pending.Should().Be(0);
    }

    [Fact]
    public void A_read_that_began_before_a_wake_up_does_not_count()
    {
        var run = new EngineRun().Started();
        run.Wake();
        var before = run.InFlight!;

        run.Wake();
        run.Engine.Exchanged(before, run.Store.Exchange(before.Request), run.Now);
        run.Open.Remove(before);
        run.Engine.IsIdle.Should().BeFalse();

        run.Ask();
        run.Answer(run.InFlight!);
        run.Engine.IsIdle.Should().BeTrue();
    }

    [Fact]
    public void A_retry_that_is_not_due_does_not_count()
    {
        var run = new EngineRun();
        run.Commit("s1");
        run.Started();

        run.Answer(run.Running.Single(), error: "failed");
        run.Engine.IsIdle.Should().BeFalse("the failure is not acknowledged");
        run.Finish();

        run.Engine.IsIdle.Should().BeTrue();
        run.Advance(run.Engine.WakeAt()!.Value - run.Now);
        run.Engine.IsIdle.Should().BeFalse("it may be due");
        run.Answer(run.InFlight!);
        run.Running.Single().Entry.Attempts.Should().Be(1);
    }

    [Fact]
    public void It_is_not_idle_while_the_database_is_away()
    {
        var run = new EngineRun().Started();
        run.Wake();

        run.Open.Clear();
        run.Engine.NotExchanged(run.Now);
        run.Ask();

        run.Engine.IsIdle.Should().BeFalse();
    }

    [Fact]
    public void It_is_not_idle_when_its_leases_have_run_out()
    {
        var run = new EngineRun().Started();
        run.Advance(run.Settings.LeaseDuration);

        run.Engine.Owned.Should().BeEmpty();
        run.Engine.IsIdle.Should().BeFalse();
        run.Engine.NotRenewed(run.Now);
        run.Engine.IsIdle.Should().BeFalse();
    }

    [Fact]
    public void A_relay_that_owns_nothing_is_idle_however_often_it_is_woken()
    {
        var run = new EngineRun();
        run.Ask();
        run.Engine.Renewed((RelayCommand.Renew)run.Open.Single(), new RelayLease([], Share: 2));
        run.Open.Clear();

        run.Wake();

        run.Open.Should().BeEmpty();
        run.Engine.IsIdle.Should().BeTrue("what there is is another's");
    }

    [Fact]
    public void Cancelled_handlers_are_called_again_and_what_was_handled_before_them_is_acknowledged()
    {
        var run = new EngineRun();
        run.Commit("s2");
        long[] stream = [run.Commit("s1"), run.Commit("s1"), run.Commit("s1")];
        run.Started();
        run.Answer(run.Running.Single(handle => handle.Entry.Message.Position == stream[0]));
        var cancelled = run.Running.Single(handle => handle.Entry.Message.Position == stream[1]);
        run.Open.Remove(cancelled);

        run.Engine.Handled(cancelled, outcomes: null);
        run.Ask();

        run.Engine.IsIdle.Should().BeFalse();
        run.InFlight!.Request.Acknowledgements.Single().Position.Should().Be(stream[0]);
        run.Answer(run.InFlight);
        run.Running.Should().Contain(handle => handle.Entry.Message.Position == stream[1]);
        run.Finish();
        run.Engine.Successes.Should().Be(4);
        run.Engine.IsIdle.Should().BeTrue();
    }

    [Fact]
    public void A_row_that_cannot_be_read_is_handed_out_and_is_a_dead_letter_once_that_has_failed_for_good()
    {
        var run = new EngineRun();
        run.Store.Damaged.Add(run.Commit("s1"));
        run.Started();
        var handle = run.Running.Single();

        handle.Entry.Damage.Should().NotBeNull();
        run.Answer(handle, error: handle.Entry.Damage, isFinal: true);
        run.Finish();

        run.Store.Deliveries.Single().Row.State.Should().Be(DeliveryState.Dead);
        run.Engine.IsIdle.Should().BeTrue();
    }
}
