using DomainEvents.Outbox.Relay;
using DomainEvents.Outbox.Tests.Simulation;

namespace DomainEvents.Outbox.Tests.Relay;

public sealed class RelayEngineProbesTests
{
    private const int Healthy = 0;

    [Fact]
    public void After_a_crash_one_event_at_a_time_is_noted_and_tried()
    {
        var run = new EngineRun();
        var first = run.Commit("s1");
        run.Commit("t1");
        Crash(run, noted: null);

        run.Started();

        run.InFlight!.Request.Note!.Value.Position.Should().Be(first);
        run.Answer(run.InFlight);
        run.Running.Single().Entry.Message.Position.Should().Be(first);
    }

    [Fact]
    public void After_a_crash_no_more_events_are_tried_one_by_one_than_its_owner_can_have_begun_with_however_many_partitions_it_had()
    {
        var run = new EngineRun(batchSize: 2, maxConcurrency: 4);
        for (var i = 0; i < 60; i++)
        {
            run.Commit($"s{i}");
        }

        Crash(run, noted: null);
        run.Started();
        run.Finish();

        run.Engine.Successes.Should().Be(60);
        run.Exchanges.Count(exchange => exchange.Request.Note != null).Should().Be(10, "three batches and what runs");
    }

    [Fact]
    public void An_event_that_was_noted_at_three_crashes_is_not_called_either_when_as_many_others_were_tried_before_it()
    {
        var run = new EngineRun(batchSize: 2, maxConcurrency: 4);
        for (var i = 0; i < 30; i++)
        {
            run.Commit($"t{i}2");
        }

        var killer = run.Commit("s1");
        Crash(run, killer);
        Crash(run, killer);
        Crash(run, killer);
        run.Started();
        run.Finish();

        run.Store.Deliveries.Should().ContainSingle(delivery => delivery.Position == killer && delivery.Row.State == DeliveryState.Dead);
        run.Engine.Successes.Should().Be(30);
    }

    [Fact]
    public void An_event_that_kills_the_process_behind_more_others_than_are_tried_costs_one_crash_more_and_is_found()
    {
        var run = new EngineRun();
        for (var i = 0; i < 30; i++)
        {
            run.Commit($"s{i}");
        }

        var killer = run.Commit("killer1");
        Crash(run, noted: null);
        var crashes = 0;
        while (DiesOf(killer, new EngineRun(batchSize: 2, maxConcurrency: 4, name: $"relay {crashes}", store: run.Store)))
        {
            crashes++;
            run.Store.Now += TimeSpan.FromMinutes(1);
        }

        crashes.Should().Be(1 + PartitionWork.MaxInterruptions);
        run.Store.Deliveries.Should().ContainSingle(delivery => delivery.Position == killer && delivery.Row.State == DeliveryState.Dead);
        run.Store.Pending.Should().Be(0);
    }

    [Fact]
    public void What_is_taken_over_later_is_tried_one_by_one_as_well()
    {
        var run = new EngineRun(batchSize: 1, maxConcurrency: 1);
        var other = run.Store.Renew(new RelayRenewal("other", [], [], TimeSpan.FromSeconds(12)));
        run.Started();
        run.Store.Release("other", [.. other.Partitions.Take(2).Select(partition => partition.Owned)], leaves: false);
        run.Engine.Owned.Should().BeEmpty();
        run.Advance(run.Settings.LeaseDuration / 3);
        run.Finish();
        run.Engine.Owned.Should().HaveCount(2, "they were given back");

        run.Commit("s2");
        run.Commit("s3");
        run.Advance(run.Settings.LeaseDuration / 3);
        run.Finish();

        run.Engine.Owned.Should().HaveCount(Schedule.Partitions);
        run.Exchanges.Count(exchange => exchange.Request.Note != null).Should().Be(2);
    }

    [Fact]
    public void An_event_that_was_noted_at_three_crashes_is_a_dead_letter_and_runs_when_it_is_requeued_whatever_else_is_tried()
    {
        var run = new EngineRun();
        var killer = run.Commit("s1");
        run.Commit("t1");
        Crash(run, killer);
        Crash(run, killer);
        Crash(run, killer);
        run.Started();
        run.Answer(run.InFlight!);
        run.Store.Deliveries.Should().ContainSingle(delivery => delivery.Position == killer && delivery.Row.State == DeliveryState.Dead);
        run.Running.Should().ContainSingle("the other one is tried meanwhile, so that not all is as before yet");

        run.Store.Requeue(killer, "A1").Should().BeTrue();
        run.Wake();
        run.Finish();

        run.Store.Deliveries.Should().BeEmpty();
        run.Engine.Successes.Should().Be(2);
    }

    [Fact]
    public void A_relay_whose_own_lease_ran_out_while_it_lived_tries_nothing_one_by_one()
    {
        var run = new EngineRun().Started();
        run.Commit("s1");
        run.Commit("t1");

        run.Advance(run.Settings.LeaseDuration);
        run.Answer(run.Open.OfType<RelayCommand.Renew>().Last());
        run.Answer(run.InFlight!);

        run.Running.Should().HaveCount(2);
        run.Exchanges.Should().OnlyContain(exchange => exchange.Request.Note == null);
    }

    [Fact]
    public void A_relay_whose_lease_ran_out_before_it_had_tried_what_a_crash_left_still_has_to_try_it()
    {
        var run = new EngineRun();
        run.Commit("s1");
        run.Commit("t1");
        Crash(run, noted: null);
        run.Ask();
        run.Answer(run.Open.Single());
        run.Open.Clear();

        run.Engine.NotExchanged(run.Now);
        run.Advance(run.Settings.LeaseDuration);
        run.Answer(run.Open.OfType<RelayCommand.Renew>().Last());
        run.Finish();

        run.Exchanges.Should().Contain(exchange => exchange.Request.Note != null);
    }

    [Fact]
    public void A_partition_whose_lease_was_prolonged_after_the_relay_had_given_it_up_is_still_to_be_tried()
    {
        var run = new EngineRun();
        var killer = run.Commit("s1");
        Crash(run, killer);
        Crash(run, killer);
        Crash(run, killer);
        run.Ask();
        run.Answer(run.Open.Single());
        run.Open.Clear();
        run.Engine.NotExchanged(run.Now);
        run.Advance(run.Settings.LeaseDuration / 3);
        var late = run.Open.OfType<RelayCommand.Renew>().Single();
        var lease = run.Store.Renew(late.Renewal);
        run.Open.Clear();
        run.Engine.NotExchanged(run.Now);

        run.Advance(run.Settings.LeaseDuration * 0.6);
        run.Engine.Owned.Should().BeEmpty("the answer is not there yet");
        run.Engine.Renewed(late, lease);
        run.Ask();
        run.Finish();

        run.Store.Deliveries.Should().ContainSingle(delivery => delivery.Position == killer && delivery.Row.State == DeliveryState.Dead);
        run.Engine.Successes.Should().Be(0);
    }

    [Fact]
    public void An_answer_to_a_read_from_before_the_lease_ran_out_does_not_end_the_trial()
    {
        var run = new EngineRun();
        run.Commit("s1");
        run.Commit("t1");
        Crash(run, noted: null);
        run.Ask();
        run.Answer(run.Open.Single());
        var late = run.InFlight!;
        run.Open.Remove(late);
        var result = run.Store.Exchange(late.Request);

        run.Advance(run.Settings.LeaseDuration);
        run.Answer(run.Open.OfType<RelayCommand.Renew>().Last());
        run.Engine.Exchanged(late, result, run.Now);
        run.Ask();
        run.Finish();

        run.Engine.Successes.Should().Be(2);
        run.Exchanges.Should().Contain(exchange => exchange.Request.Note != null);
    }

    [Fact]
    public void An_answer_to_a_read_from_before_the_relay_gave_its_leases_up_too_soon_does_not_end_the_trial()
    {
        var run = new EngineRun();
        run.Commit("s1");
        run.Commit("t1");
        Crash(run, noted: null);
        run.Ask();
        AnswerStore(run);
        run.Wake();
        var late = run.InFlight!;
        var result = run.Store.Exchange(late.Request); // without what is busy: there is no more
        run.Advance(run.Settings.LeaseDuration / 3);
        var renewal = run.Open.OfType<RelayCommand.Renew>().Single();
        var lease = run.Store.Renew(renewal.Renewal);
        run.Advance(run.Settings.LeaseDuration * 0.6);
        run.Engine.Owned.Should().BeEmpty();
        run.Open.Clear();

        run.Engine.Renewed(renewal, lease);
        run.Engine.Exchanged(late, result, run.Now);
        run.Ask();
        AnswerStore(run);

        run.Running.Should().ContainSingle("they are still tried one by one");
    }

    [Fact]
    public void A_trial_of_which_a_handler_hangs_is_over_after_a_while()
    {
        var run = new EngineRun(longestTrial: TimeSpan.FromSeconds(5), pollingInterval: TimeSpan.FromHours(1));
        run.Commit("s0");
        run.Commit("s1");
        run.Commit("t1");
        Crash(run, noted: null);
        run.Ask();
        AnswerStore(run);
        var hanging = run.Running.Should().ContainSingle().Subject;

        run.Engine.WakeAt().Should().Be(TimeSpan.FromSeconds(5));
        run.Advance(TimeSpan.FromSeconds(4));
        AnswerStore(run);
        run.Running.Should().ContainSingle();
        run.Advance(TimeSpan.FromSeconds(1));
        AnswerStore(run);

        run.Running.Should().HaveCount(3);
        run.Running.ToList().FindAll(handle => handle != hanging).ForEach(handle => run.Answer(handle));
        AnswerStore(run);
        run.Store.Renew(new RelayRenewal("new", [], [], TimeSpan.FromMinutes(10)));
        run.Advance(run.Settings.LeaseDuration / 3);
        AnswerStore(run);
        run.Engine.Owned.Should().HaveCount(Schedule.Partitions / 2, "others may have their share");
        run.Finish();
        run.Engine.Successes.Should().Be(3);
    }

    [Fact]
    public void What_is_taken_over_later_is_tried_when_an_earlier_trial_has_lasted_long_enough()
    {
        const int Later = 0;
        var run = new EngineRun(longestTrial: TimeSpan.FromSeconds(15));
        var others = run.Store.Renew(new RelayRenewal("dead", [], [], TimeSpan.FromSeconds(1)));
        run.Store.Release("dead", [others.Partitions.Single(partition => partition.Owned.Partition == Later).Owned], leaves: false);
        run.Store.Renew(new RelayRenewal("dead later", [], [], TimeSpan.FromSeconds(5)));
        run.Commit("s", partition: 1);
        var later = run.Commit("t", partition: Later);
        run.Advance(TimeSpan.FromSeconds(2));
        AnswerStore(run);
        run.Advance(TimeSpan.FromSeconds(10));
        AnswerStore(run);
        run.Engine.Owned.Should().Contain(owned => owned.Partition == Later);
        run.Running.Should().ContainSingle("one at a time");

        run.Advance(TimeSpan.FromSeconds(5));
        AnswerStore(run);

        run.Running.Should().HaveCount(2);
        run.Exchanges.Should().Contain(exchange => exchange.Request.Note != null && exchange.Request.Note.Value.Position == later, "it is tried, too");
    }

    [Fact]
    public void What_a_read_left_out_for_a_trial_is_read_when_the_partition_of_that_is_lost()
    {
        const int Crowding = 1;
        const int Other = 2;
        var run = new EngineRun(batchSize: 2, maxConcurrency: 4, pollingInterval: TimeSpan.FromHours(1));
        OwnOnly(Healthy, run);
        for (var i = 0; i < 20; i++)
        {
            run.Commit($"s{i}", partition: Crowding);
        }

        run.Advance(run.Settings.LeaseDuration / 3);
        AnswerStore(run);
        var left = run.Commit("t", partition: Other);
        run.Wake();
        AnswerStore(run);
        run.Running.Should().ContainSingle();

        run.Store.Release(run.Settings.Relay, [run.Engine.Owned.Single(owned => owned.Partition == Crowding)], leaves: false);
        run.Store.Renew(new RelayRenewal("thief", [], [], TimeSpan.FromMinutes(10)));
        run.Advance(run.Settings.LeaseDuration / 3);
        AnswerStore(run);

        run.Engine.Owned.Should().NotContain(owned => owned.Partition == Crowding);
        run.Running.Should().Contain(handle => handle.Entry.Message.Position == left);
    }

    [Fact]
    public void A_long_trial_does_not_keep_other_partitions_from_being_read()
    {
        var run = new EngineRun(batchSize: 4, maxConcurrency: 4);
        OwnOnly(Healthy, run);
        for (var i = 0; i < 40; i++)
        {
            run.Commit($"s{i}", partition: 1 + (i % (Schedule.Partitions - 1)));
        }

        run.Advance(run.Settings.LeaseDuration / 3);
        AnswerStore(run);
        run.Engine.Owned.Should().HaveCount(Schedule.Partitions);
        run.Running.Should().ContainSingle("they are tried one by one");
        var healthy = run.Commit("healthy", partition: Healthy);

        var before = run.Exchanges.Count;
        run.Wake();
        AnswerStore(run);

        run.Exchanges.Skip(before).Should().OnlyContain(exchange => exchange.Request.Read == null || exchange.Request.Read.Partitions.Single() == Healthy, "what waits for the trial is enough");
        run.Running.Should().Contain(handle => handle.Entry.Message.Position == healthy);
        run.Finish();
        run.Engine.Successes.Should().Be(41);
        run.Exchanges.Count(exchange => exchange.Request.Note != null).Should().Be(16, "three batches and what runs");
    }

    [Fact]
    public void A_partition_is_not_given_back_before_its_trial_is_over()
    {
        const int Last = Schedule.Partitions - 1; // the first to be given back
        var run = new EngineRun();
        run.Commit("s", partition: Last);
        run.Commit("t", partition: Last);
        Crash(run, noted: null);
        run.Ask();
        AnswerStore(run);
        run.Running.Should().ContainSingle();
        run.Store.Renew(new RelayRenewal("new", [], [], TimeSpan.FromMinutes(10)));

        run.Advance(run.Settings.LeaseDuration / 3);
        run.Finish();

        run.Engine.Successes.Should().Be(2);
        run.Advance(run.Settings.LeaseDuration / 3);
        run.Finish();
        run.Engine.Owned.Should().HaveCount(Schedule.Partitions / 2);
    }

    /// <summary>One partition was given back to it, and the owner of all others dies before the next renewal.</summary>
    private static void OwnOnly(int partition, EngineRun run)
    {
        var others = run.Store.Renew(new RelayRenewal("dead", [], [], TimeSpan.FromSeconds(12)));
        run.Started();
        run.Store.Release("dead", [others.Partitions.Single(leased => leased.Owned.Partition == partition).Owned], leaves: false);
        run.Advance(run.Settings.LeaseDuration / 3);
        run.Finish();
        run.Engine.Owned.Should().ContainSingle();
    }

    /// <summary>Everything but the handlers.</summary>
    private static void AnswerStore(EngineRun run)
    {
        while (run.Open.Find(command => command is not RelayCommand.Handle) is { } command)
        {
            run.Answer(command);
        }
    }

    private static bool DiesOf(long killer, EngineRun run)
    {
        run.Ask();
        while (run.Open.Count > 0 && !run.Running.Any(handle => handle.Entry.Message.Position == killer))
        {
            run.Answer(run.Open[0]);
        }

        return run.Open.Count > 0;
    }

    /// <summary>A relay takes over everything, notes an event to try, and is heard of no more.</summary>
    private static void Crash(EngineRun run, long? noted)
    {
        var name = $"dead since {run.Store.Now}";
        var lease = run.Store.Renew(new RelayRenewal(name, [], run.Settings.Handlers, TimeSpan.FromSeconds(1)));
        if (noted is { } position)
        {
            run.Store.Exchange(new OutboxExchange { Relay = name, Handlers = run.Settings.Handlers, Fence = [.. lease.Partitions.Select(partition => partition.Owned)], Note = ('1' % lease.Partitions.Count, position) });
        }

        run.Store.Now += TimeSpan.FromSeconds(2);
    }
}
