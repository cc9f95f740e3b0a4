namespace DomainEvents.Outbox.Conformance;

/// <summary>How events leave the outbox, and what is left of them.</summary>
public abstract class AcknowledgementFacts : StoreConformance
{
    [StoreFact]
    public async Task An_event_with_nothing_left_moves_to_the_log()
    {
        var relay = await StartAsync("a", Mail);
        var entry = await WriteAndReadAsync(relay, Message());

        var result = await relay.AcknowledgeAsync(entry);

        result.Lost.Should().BeEmpty();
        (await Database.CountAsync("domain_event_outbox")).Should().Be(0);
        (await Database.CountAsync("domain_event_delivery")).Should().Be(0);
        (await Database.ExecuteAsync("SELECT position FROM domain_event_log")).Should().BeEquivalentTo(entry.Message.Position);
    }

    [StoreFact]
    public async Task An_event_with_nothing_left_is_gone_where_no_history_is_kept()
    {
        var relay = await StartAsync("a", Mail);
        relay.KeepHistory = false;

        await WriteAndLeaveAsync(relay, Message());

        (await Database.CountAsync("domain_event_outbox")).Should().Be(0);
        (await Database.CountAsync("domain_event_log")).Should().Be(0);
    }

    [StoreFact]
    public async Task An_event_of_which_something_is_left_is_in_the_log_until_its_last_delivery_is_done_where_no_history_is_kept()
    {
        var relay = await StartAsync("a", Mail, Stock);
        relay.KeepHistory = false;
        await WriteAndLeaveAsync(relay, Message(), Due(Mail), Due(Stock));

        var deliveries = await relay.ReadDeliveriesAsync();
        var withBoth = await Database.CountAsync("domain_event_log");
        await relay.AcknowledgeAsync(deliveries[0]);
        var withOne = await Database.CountAsync("domain_event_log");
        await relay.AcknowledgeAsync(deliveries[1]);

        (withBoth, withOne, await Database.CountAsync("domain_event_log")).Should().Be((1, 1, 0));
    }

    [StoreFact]
    public async Task Where_history_is_kept_the_log_keeps_an_event_after_its_last_delivery()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message(), Due(Mail));

        await relay.AcknowledgeAsync((await relay.ReadDeliveriesAsync()).Single());

        (await Database.CountAsync("domain_event_log")).Should().Be(1);
        (await Database.CountAsync("domain_event_delivery")).Should().Be(0);
    }

    [StoreFact]
    public async Task An_acknowledgement_may_come_twice()
    {
        var relay = await StartAsync("a", Mail);
        var entry = await WriteAndReadAsync(relay, Message());
        await relay.AcknowledgeAsync(entry, Due(Mail));

        var result = await relay.AcknowledgeAsync(entry, Dead(Mail));

        result.Lost.Should().BeEmpty();
        (await relay.ReadDeliveriesAsync()).Single().Attempts.Should().Be(1);
    }

    [StoreFact]
    public async Task One_event_may_be_acknowledged_twice_in_one_exchange()
    {
        var relay = await StartAsync("a", Mail);
        var entry = await WriteAndReadAsync(relay, Message());

        await relay.AcknowledgeAllAsync([entry, entry]);

        (await Database.CountAsync("domain_event_log")).Should().Be(1);
    }

    [StoreFact]
    public async Task An_acknowledgement_of_an_attempt_that_is_past_does_nothing()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message(), Due(Mail));
        var first = (await relay.ReadDeliveriesAsync()).Single();
        await relay.AcknowledgeAsync(first, Due(Mail, attempts: 2));

        await relay.AcknowledgeAsync(first);

        (await relay.ReadDeliveriesAsync()).Single().Attempts.Should().Be(2);
    }

    [StoreFact]
    public async Task An_acknowledgement_does_not_touch_a_dead_letter()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message(), Due(Mail));
        var delivery = (await relay.ReadDeliveriesAsync()).Single();
        await relay.AcknowledgeAsync(delivery, Dead(Mail, attempts: 1));

        await relay.AcknowledgeAsync(delivery);

        (await DeadLettersAsync()).Should().ContainSingle();
    }

    [StoreFact]
    public async Task A_lost_partition_is_named_and_refused_while_the_others_take_effect()
    {
        var first = await StartAsync("a", Mail);
        var lost = await WriteAndReadAsync(first, Message());
        var kept = await WriteAndReadAsync(first, Message("order-2", partition: 8));
        await Database.ExecuteAsync(
            $"UPDATE domain_event_partition SET lease_until = {Database.FromNow(TimeSpan.FromSeconds(-10))} WHERE partition = {Partition}");
        var second = await StartAsync("b", Mail);

        var result = await first.AcknowledgeAllAsync([lost, kept]);

        second.Owned.Should().Equal(new OwnedPartition(Partition, 2));
        result.Lost.Should().Equal(Partition);
        (await second.ReadEventsAsync()).Select(entry => entry.Message.Position).Should().Equal(lost.Message.Position);
        (await Database.CountAsync("domain_event_outbox")).Should().Be(1);
    }

    [StoreFact]
    public async Task An_epoch_that_is_past_is_lost_although_the_same_relay_owns_the_partition_again()
    {
        var relay = await StartAsync("a", Mail);
        var entry = await WriteAndReadAsync(relay, Message());
        var before = relay.Owned;
        relay.Owned = [];
        await relay.RenewAsync();
        relay.Owned = before;

        var result = await relay.AcknowledgeAsync(entry);

        result.Lost.Should().Equal(Partition);
        (await Database.CountAsync("domain_event_outbox")).Should().Be(1);
    }

    [StoreFact]
    public async Task A_partition_that_was_given_back_is_lost()
    {
        var relay = await StartAsync("a", Mail);
        var entry = await WriteAndReadAsync(relay, Message());
        await relay.ReleaseAsync(leaves: false, relay.Fence(Partition)[0]);

        var result = await relay.AcknowledgeAsync(entry);

        result.Lost.Should().Equal(Partition);
    }

    [StoreFact]
    public async Task A_fence_with_nothing_to_write_still_says_what_is_lost()
    {
        var relay = await StartAsync("a", Mail);
        await relay.ReleaseAsync(leaves: false, relay.Fence(Partition)[0]);

        var result = await relay.ExchangeAsync(exchange => exchange with { Fence = relay.Owned });

        result.Lost.Should().Equal(Partition);
    }

    [StoreFact]
    public async Task A_handler_that_only_another_live_relay_has_gets_a_waiting_delivery()
    {
        var old = await StartAsync("old", Mail);
        var entry = await WriteAndReadAsync(old, Message());
        await StartAsync("new", Mail, Stock, new HandlerAnnouncement("invoice", OtherType));

        await old.AcknowledgeAsync(entry);
        await old.ReleaseAsync(leaves: true);
        var relay = await StartAsync("newer", Mail, Stock);

        var delivery = (await relay.ReadDeliveriesAsync()).Should().ContainSingle().Subject;
        (delivery.Handler, delivery.Attempts, delivery.Message.Position).Should().Be((Stock.Handler, 0, entry.Message.Position));
    }

    [StoreFact]
    public async Task A_handler_that_no_live_relay_has_any_more_gets_none()
    {
        var relay = await StartAsync("old", Mail);
        await StartAsync("gone", Stock);
        await Database.ForgetHandlerAsync(Stock.Handler);

        await WriteAndLeaveAsync(relay, Message());

        (await Database.CountAsync("domain_event_delivery")).Should().Be(0);
    }

    [StoreFact]
    public async Task A_handler_of_another_relay_gets_the_event_also_if_something_is_left_and_no_history_is_kept()
    {
        var relay = await StartAsync("old", Mail);
        relay.KeepHistory = false;
        await StartAsync("new", Stock);

        await WriteAndLeaveAsync(relay, Message(), Due(Mail));

        (await Database.CountAsync("domain_event_delivery")).Should().Be(2);
        (await Database.CountAsync("domain_event_log")).Should().Be(1);
    }

    [StoreFact]
    public async Task What_is_left_for_all_handlers_is_left_for_those_of_other_relays_too()
    {
        var relay = await StartAsync("old", Mail);
        await StartAsync("new", Stock);

        await WriteAndLeaveAsync(relay, Message(), Parked());

        (await Database.CountAsync("domain_event_delivery")).Should().Be(1);
    }

    [StoreFact]
    public async Task The_delivery_to_all_handlers_also_reaches_those_of_other_relays_when_it_is_done()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message(), Parked());
        await StartAsync("b", Stock);

        var parked = (await relay.ReadDeliveriesAsync()).Single();
        await relay.AcknowledgeAsync(parked, Due(Mail));

        (await Database.CountAsync($"domain_event_delivery WHERE handler IN ('{Mail.Handler}', '{Stock.Handler}')")).Should().Be(2);
        (await Database.CountAsync("domain_event_delivery")).Should().Be(2);
    }

    [StoreFact]
    public async Task The_delivery_to_one_handler_reaches_nobody_else_when_it_is_done()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message(), Due(Mail));
        await StartAsync("b", Stock);

        await relay.AcknowledgeAsync((await relay.ReadDeliveriesAsync()).Single());

        (await Database.CountAsync("domain_event_delivery")).Should().Be(0);
    }

    [StoreFact]
    public async Task A_thousand_acknowledgements_go_in_one_exchange()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAsync([.. Enumerable.Range(0, 1000).Select(number => Message($"order-{number}", number % OutboxMessage.PartitionCount))]);
        var entries = (await relay.ReadAsync(limit: 1000)).Events;

        await relay.AcknowledgeAllAsync(entries);

        entries.Should().HaveCount(1000);
        (await Database.CountAsync("domain_event_outbox")).Should().Be(0);
        (await Database.CountAsync("domain_event_log")).Should().Be(1000);
    }

    [StoreFact]
    public async Task The_read_sees_what_was_acknowledged_with_it()
    {
        var relay = await StartAsync("a", Mail);
        var entry = await WriteAndReadAsync(relay, Message());
        await WriteAsync(Message());

        var result = await relay.ExchangeAsync(exchange => exchange with
        {
            Fence = relay.Fence(Partition),
            Acknowledgements = [TestRelay.Acknowledgement(entry, Due(Mail))],
            Read = relay.Read(),
        });

        result.Deliveries.Should().ContainSingle().Which.Message.Position.Should().Be(entry.Message.Position);
        result.Events.Should().ContainSingle().Which.BlockedHandlers.Should().Equal(Mail.Handler);
    }

    [StoreFact]
    public async Task What_is_left_keeps_its_error_word_for_word()
    {
        var relay = await StartAsync("a", Mail);
        var error = "System.Exception: 'it' \"failed\"\r\n   at Mail.Handle() 漢字 🦊 " + new string('x', 100_000);

        await WriteAndLeaveAsync(relay, Message(), new Delivery(Mail.Handler, DeliveryState.Dead, 3, Error: error));

        (await DeadLettersAsync()).Single().Error.Should().Be(error);
    }
}
