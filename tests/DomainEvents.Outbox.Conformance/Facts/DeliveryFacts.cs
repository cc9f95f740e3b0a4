namespace DomainEvents.Outbox.Conformance;

/// <summary>What a relay reads of events that have left the outbox.</summary>
public abstract class DeliveryFacts : StoreConformance
{
    [StoreFact]
    public async Task A_delivery_that_is_due_comes_with_its_event_and_its_attempts()
    {
        var relay = await StartAsync("a", Mail);
        var entry = await WriteAndLeaveAsync(relay, Message(payload: """{"id":1}"""), Due(Mail, attempts: 3));

        var delivery = (await relay.ReadDeliveriesAsync()).Should().ContainSingle().Subject;

        (delivery.Handler, delivery.Attempts, delivery.Damage).Should().Be((Mail.Handler, 3, null));
        delivery.BlockedHandlers.Should().BeEmpty();
        delivery.Message.Payload.ToArray().Should().Equal(entry.Message.Payload.ToArray());
        (delivery.Message with { Payload = default }).Should().Be(entry.Message with { Payload = default });
    }

    [StoreFact]
    public async Task A_delivery_that_is_not_due_yet_says_when_it_will_be()
    {
        var relay = await StartAsync("a", Mail, Stock);
        await WriteAndLeaveAsync(relay, Message(), Due(Mail, minutes: 10), Due(Stock, minutes: 5));

        var result = await relay.ReadAsync();

        result.Deliveries.Should().BeEmpty();
        result.NextDue.Should().BeCloseTo(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1)).And.BeLessThanOrEqualTo(TimeSpan.FromMinutes(5));
    }

    [StoreFact]
    public async Task What_is_due_comes_when_its_time_has_come_and_nothing_waits_for_its_time_any_more()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message(), Due(Mail, minutes: 10));
        await Database.MakeDueAsync();

        var result = await relay.ReadAsync();

        result.Deliveries.Should().ContainSingle();
        result.NextDue.Should().BeNull();
    }

    [StoreFact]
    public async Task Other_partitions_do_not_say_when_something_is_due()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message(), Due(Mail, minutes: 10));

        var result = await relay.ExchangeAsync(exchange => exchange with { Read = relay.Read() with { Partitions = [1, 2] } });

        result.NextDue.Should().BeNull();
    }

    [StoreFact]
    public async Task A_dead_letter_is_neither_read_nor_due()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message(), Dead(Mail) with { Delay = TimeSpan.FromMinutes(1) });

        var result = await relay.ReadAsync();

        result.Deliveries.Should().BeEmpty();
        result.NextDue.Should().BeNull();
    }

    [StoreFact]
    public async Task Deliveries_come_by_position_and_at_most_so_many()
    {
        var relay = await StartAsync("a", Mail);
        var positions = new List<long>();
        for (var number = 0; number < 5; number++)
        {
            positions.Add((await WriteAndLeaveAsync(relay, Message($"order-{number}", number), Due(Mail))).Message.Position);
        }

        var result = await relay.ReadAsync(limit: 3);

        result.Deliveries.Select(delivery => delivery.Message.Position).Should().Equal(positions.Take(3));
    }

    [StoreFact]
    public async Task A_delivery_waits_behind_an_earlier_one_of_its_handler_in_its_stream_whatever_state_that_is_in()
    {
        var relay = await StartAsync("a", Mail, Stock);
        Delivery[] ahead = [Dead(Mail), Due(Mail, minutes: 5), Waiting(Mail), Parked()];
        for (var number = 0; number < ahead.Length; number++)
        {
            await WriteAndLeaveAsync(relay, Message($"order-{number}"), ahead[number]);
            await WriteAndLeaveAsync(relay, Message($"order-{number}"), Waiting(Mail));
        }

        var deliveries = await relay.ReadDeliveriesAsync();

        deliveries.Select(delivery => (delivery.Message.Stream, delivery.Handler))
            .Should().Equal(("order-2", Mail.Handler), ("order-3", Delivery.AllHandlers));
    }

    [StoreFact]
    public async Task Other_handlers_and_other_streams_go_on()
    {
        var relay = await StartAsync("a", Mail, Stock);
        await WriteAndLeaveAsync(relay, Message(), Dead(Mail));
        await WriteAndLeaveAsync(relay, Message(), Due(Stock));
        await WriteAndLeaveAsync(relay, Message("order-2"), Due(Mail));

        var deliveries = await relay.ReadDeliveriesAsync();

        deliveries.Select(delivery => (delivery.Message.Stream, delivery.Handler)).Should().Equal((Stream, Stock.Handler), ("order-2", Mail.Handler));
        deliveries[0].BlockedHandlers.Should().Equal(Mail.Handler);
    }

    [StoreFact]
    public async Task The_delivery_to_all_handlers_waits_only_behind_another_to_all_and_says_who_else_has_one()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message(), Dead(Mail));
        var first = await WriteAndLeaveAsync(relay, Message(), Parked());
        await WriteAndLeaveAsync(relay, Message(), new Delivery(Delivery.AllHandlers, DeliveryState.Waiting));

        var delivery = (await relay.ReadDeliveriesAsync()).Should().ContainSingle().Subject;

        delivery.Message.Position.Should().Be(first.Message.Position);
        delivery.BlockedHandlers.Should().Equal(Mail.Handler);
    }

    [StoreFact]
    public async Task Deliveries_of_one_event_do_not_wait_for_each_other()
    {
        var relay = await StartAsync("a", Mail, Stock);
        await WriteAndLeaveAsync(relay, Message(), Due(Stock), Due(Mail));

        (await relay.ReadDeliveriesAsync()).Select(delivery => delivery.Handler).Should().Equal(Mail.Handler, Stock.Handler);
    }

    [StoreFact]
    public async Task Deliveries_that_are_busy_are_left_out()
    {
        var relay = await StartAsync("a", Mail, Stock);
        await WriteAndLeaveAsync(relay, Message(), Due(Mail), Due(Stock));
        await WriteAndLeaveAsync(relay, Message("order-2"), Due(Mail));

        var result = await relay.ExchangeAsync(exchange => exchange with
        {
            Read = relay.Read() with { BusyDeliveries = [new DeliveryKey(Mail.Handler, Stream), new DeliveryKey(Stock.Handler, "order-2")] },
        });

        result.Deliveries.Select(delivery => (delivery.Handler, delivery.Message.Stream))
            .Should().Equal((Stock.Handler, Stream), (Mail.Handler, "order-2"));
    }

    [StoreFact]
    public async Task A_busy_stream_of_the_outbox_leaves_its_deliveries_free()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message(), Due(Mail));

        (await relay.ReadAsync(100, Stream)).Deliveries.Should().ContainSingle();
    }

    [StoreFact]
    public async Task A_delivery_is_read_only_by_a_relay_that_has_the_handler_for_the_type()
    {
        var relay = await StartAsync("a", Mail, new HandlerAnnouncement(Stock.Handler, OtherType));
        await WriteAndLeaveAsync(relay, Message(), Due(Mail), Due(Stock), new Delivery("nobody", DeliveryState.Due));

        (await relay.ReadDeliveriesAsync()).Select(delivery => delivery.Handler).Should().Equal(Mail.Handler);
    }

    [StoreFact]
    public async Task A_parked_event_is_read_only_by_a_relay_that_knows_its_type_and_version()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message(type: OtherType) with { Version = 2 }, Parked());

        var nothing = await relay.ReadDeliveriesAsync();
        relay.EventTypes = new Dictionary<string, int> { [Type] = 5, [OtherType] = 1 };
        var older = await relay.ReadDeliveriesAsync();
        relay.EventTypes = new Dictionary<string, int> { [OtherType] = 2 };
        var same = await relay.ReadDeliveriesAsync();
        relay.EventTypes = new Dictionary<string, int> { [OtherType] = 3 };
        var newer = await relay.ReadDeliveriesAsync();

        nothing.Should().BeEmpty();
        older.Should().BeEmpty();
        same.Should().ContainSingle().Which.Handler.Should().Be(Delivery.AllHandlers);
        newer.Should().ContainSingle();
    }

    [StoreFact]
    public async Task What_waits_comes_by_position_whatever_its_type_its_version_its_stream_and_its_handler()
    {
        var paid = new HandlerAnnouncement(Mail.Handler, OtherType);
        var relay = await StartAsync("a", Mail, Stock, paid);
        relay.EventTypes = new Dictionary<string, int> { [Type] = 3, [OtherType] = 1 };
        var known = new List<(long, string?)>();
        for (var number = 0; number < 40; number++)
        {
            var (type, version) = number % 3 == 0 ? (OtherType, 1 + (number % 2)) : (Type, 1 + (number % 4));
            var left = number % 5 == 0 ? Parked() : Waiting(number % 2 == 0 || type == OtherType ? Mail : Stock);
            var entry = await WriteAndLeaveAsync(relay, Message($"order-{number * 7 % 40}", number, type) with { Version = version }, left);
            if (version <= relay.EventTypes[type])
            {
                known.Add((entry.Message.Position, left.Handler));
            }
        }

        (await relay.ReadDeliveriesAsync()).Select(delivery => (delivery.Message.Position, delivery.Handler)).Should().Equal(known);
    }

    [StoreFact]
    public async Task A_relay_that_knows_no_type_reads_no_delivery()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message(), Parked());
        relay.EventTypes = new Dictionary<string, int>();

        (await relay.ReadDeliveriesAsync()).Should().BeEmpty();
    }

    [StoreFact]
    public async Task When_the_one_ahead_is_done_the_next_one_comes()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message(), Due(Mail));
        var second = await WriteAndLeaveAsync(relay, Message(), Waiting(Mail));

        await relay.AcknowledgeAsync((await relay.ReadDeliveriesAsync()).Single());

        (await relay.ReadDeliveriesAsync()).Should().ContainSingle().Which.Message.Position.Should().Be(second.Message.Position);
    }

    [StoreFact]
    public async Task A_new_owner_reads_the_deliveries_of_the_one_before()
    {
        var first = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(first, Message(), Due(Mail, attempts: 2));
        await Database.ExpireAsync("a");

        var second = await StartAsync("b", Mail);

        (await second.ReadDeliveriesAsync()).Should().ContainSingle().Which.Attempts.Should().Be(2);
    }
}
