using DomainEvents.Outbox.Relay;

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

        run.Open.OfType<RelayCommand.Cancel>().Should().ContainSingle("one of the two had ended");
        run.InFlight.Should().BeNull();
    }
}
