using DomainEvents.Outbox.Relay;

namespace DomainEvents.Outbox.Tests.Relay;

public sealed class RelayEnginePaceTests
{
    [Fact]
    public void A_wake_up_is_followed_by_a_read_at_once()
    {
        var run = new EngineRun().Started();
        run.Commit("s1");

        run.Wake();

        run.InFlight!.Request.Read.Should().NotBeNull();
        run.Answer(run.InFlight);
        run.Running.Should().ContainSingle();
    }

    [Fact]
    public void The_last_one_is_acknowledged_at_once()
    {
        var run = Reading("s1");

        run.Answer(run.Running.Single());

        run.InFlight!.Request.Acknowledgements.Should().ContainSingle();
    }

    [Fact]
    public void An_acknowledgement_waits_for_others_while_handlers_run_but_not_for_long()
    {
        var run = Reading("s1", "s2");

        run.Answer(run.Running.First());

        run.InFlight.Should().BeNull();
        run.Engine.WakeAt().Should().Be(run.Now + run.Settings.AcknowledgementDelay);
        run.Advance(run.Settings.AcknowledgementDelay);
        run.InFlight!.Request.Acknowledgements.Should().ContainSingle();
    }

    [Fact]
    public void Half_a_batch_is_acknowledged_while_handlers_run()
    {
        var run = Reading([.. Enumerable.Range(0, 9).Select(number => $"s{number}")]);

        for (var handled = 0; handled < 5; handled++)
        {
            run.InFlight.Should().BeNull();
            run.Answer(run.Running.First());
        }

        run.InFlight!.Request.Acknowledgements.Should().HaveCount(5);
    }

    [Fact]
    public void A_failure_is_acknowledged_at_once_as_the_next_attempt_counts_from_there()
    {
        var run = Reading("s1", "s2");

        run.Answer(run.Running.First(), error: "failed");

        run.InFlight!.Request.Acknowledgements.Single().Left.Single().State.Should().Be(DeliveryState.Due);
    }

    [Fact]
    public void A_retry_is_acknowledged_at_once_as_others_wait_behind_it()
    {
        var run = Reading("s1", "s2");
        run.Answer(run.Running.First(), error: "failed");
        run.Answer(run.InFlight!);
        run.Advance(TimeSpan.FromSeconds(1));
        run.Answer(run.InFlight!);

        run.Answer(run.Running.Single(handle => handle.Entry.Handler is not null));

        run.InFlight!.Request.Acknowledgements.Should().ContainSingle(acknowledgement => acknowledgement.Handler == "A1");
    }

    [Fact]
    public void What_comes_behind_a_busy_stream_is_read_with_its_acknowledgement()
    {
        var run = Reading("s1", "s2");
        var behind = run.Commit("s1");
        run.Wake();
        run.Answer(run.InFlight!);
        run.Running.Should().HaveCount(2);

        run.Answer(run.Running.First());

        run.InFlight!.Request.Acknowledgements.Should().ContainSingle();
        run.Answer(run.InFlight);
        run.Running.Should().Contain(handle => handle.Entry.Message.Position == behind);
    }

    [Fact]
    public void A_long_backlog_takes_one_exchange_a_batch()
    {
        var run = new EngineRun();
        foreach (var number in Enumerable.Range(0, 1_000))
        {
            run.Commit($"s{number}");
        }

        run.Started();
        while (run.Open.Count > 0)
        {
            // Handlers are done before an exchange is: the database is what is slow.
            run.Answer(run.Running.FirstOrDefault() ?? run.Open[0]);
        }

        run.Engine.Successes.Should().Be(1_000);
        run.Exchanges.Should().HaveCountLessThan(105);
    }

    [Fact]
    public void The_next_batch_is_read_before_this_one_is_done()
    {
        var run = new EngineRun(batchSize: 10, maxConcurrency: 2);
        foreach (var number in Enumerable.Range(0, 100))
        {
            run.Commit($"s{number}");
        }

        run.Started();
        while (run.InFlight is null)
        {
            run.Answer(run.Running.First());
        }

        run.InFlight.Request.Read.Should().NotBeNull();
        run.InFlight.Request.Acknowledgements.Should().HaveCount(5);
    }

    [Fact]
    public void Slow_streams_with_long_backlogs_do_not_keep_others_from_being_read()
    {
        var run = new EngineRun(batchSize: 10, maxConcurrency: 12);
        foreach (var number in Enumerable.Range(0, 200))
        {
            run.Commit($"slow {number % 10}");
        }

        var other = run.Commit("other");
        run.Started();
        while (run.InFlight is { } exchange)
        {
            run.Answer(exchange);
        }

        run.Running.Should().HaveCount(11).And.Contain(handle => handle.Entry.Message.Position == other);
    }

    [Fact]
    public void One_stream_does_not_keep_others_waiting_that_are_read_with_it()
    {
        var run = new EngineRun(batchSize: 10, maxConcurrency: 1);
        long[] hot = [run.Commit("s1"), run.Commit("s1"), run.Commit("s1")];
        var other = run.Commit("s2");
        run.Started();

        var handled = new List<long>();
        while (run.Running.FirstOrDefault() is { } handle)
        {
            handled.Add(handle.Entry.Message.Position);
            run.Answer(handle);
        }

        handled.Should().Equal(hot[0], other, hot[1], hot[2]);
    }

    [Fact]
    public void A_stream_that_somebody_has_put_into_two_partitions_is_handled_once_all_the_same()
    {
        var run = new EngineRun();
        run.Commit("s1", partition: 1);
        run.Commit("s1", partition: 2);
        run.Started();

        for (var round = 0; round < 3; round++)
        {
            run.Finish();
            run.Wake();
        }

        (run.Engine.Successes, run.Store.Pending).Should().Be((2, 0));
    }

    [Fact]
    public void An_exchange_that_fails_is_tried_again_later_with_the_same_acknowledgements()
    {
        var run = Reading("s1");
        run.Answer(run.Running.Single());
        var failed = run.InFlight!;
        run.Open.Remove(failed);

        run.Engine.NotExchanged(run.Now);
        run.Ask();

        run.InFlight.Should().BeNull();
        run.Advance(run.Engine.WakeAt()!.Value - run.Now);
        run.InFlight!.Request.Acknowledgements.Should().Equal(failed.Request.Acknowledgements);
    }

    [Fact]
    public void The_pause_after_a_failed_exchange_is_a_short_one_however_rarely_the_relay_polls()
    {
        var run = new EngineRun(pollingInterval: TimeSpan.FromHours(1));
        run.Commit("s1");
        run.Started();
        run.Answer(run.Running.Single());
        run.Open.Remove(run.InFlight!);

        run.Engine.NotExchanged(run.Now);
        run.Ask();

        (run.Engine.WakeAt()!.Value - run.Now).Should().BeLessOrEqualTo(TimeSpan.FromSeconds(1));
    }

    private static EngineRun Reading(params string[] streams)
    {
        var run = new EngineRun();
        foreach (var stream in streams)
        {
            run.Commit(stream);
        }

        return run.Started();
    }
}
