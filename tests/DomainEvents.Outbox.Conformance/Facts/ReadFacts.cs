namespace DomainEvents.Outbox.Conformance;

/// <summary>What a relay reads from the outbox itself.</summary>
public abstract class ReadFacts : StoreConformance
{
    [StoreFact]
    public async Task Events_come_by_position_whatever_their_partition_and_stream()
    {
        var relay = await StartAsync("a", Mail);
        var messages = Enumerable.Range(0, 30).Select(number => Message($"order-{number % 7}", number * 13 % OutboxMessage.PartitionCount)).ToArray();
        await WriteAsync(messages);

        var entries = await relay.ReadEventsAsync();

        entries.Select(entry => entry.Message.EventId).Should().Equal(messages.Select(message => message.EventId));
        entries.Select(entry => entry.Message.Position).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        entries.Should().OnlyContain(entry => entry.Handler == null && entry.Attempts == 0 && entry.Damage == null && entry.BlockedHandlers.Count == 0);
    }

    [StoreFact]
    public async Task The_lowest_positions_come_when_there_is_a_limit()
    {
        var relay = await StartAsync("a", Mail);
        var messages = Enumerable.Range(0, 5).Select(number => Message("order", number)).ToArray();
        await WriteAsync(messages);

        var result = await relay.ReadAsync(limit: 3);

        result.Events.Select(entry => entry.Message.EventId).Should().Equal(messages.Take(3).Select(message => message.EventId));
    }

    [StoreFact]
    public async Task Events_stay_where_they_are_until_they_are_acknowledged()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAsync(Message());

        await relay.ReadEventsAsync();

        (await relay.ReadEventsAsync()).Should().ContainSingle();
    }

    [StoreFact]
    public async Task Only_the_partitions_that_are_asked_for_are_read()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAsync(Message("one", 1), Message("two", 2), Message("three", 3));

        var result = await relay.ExchangeAsync(exchange => exchange with { Read = relay.Read() with { Partitions = [1, 3] } });

        result.Events.Select(entry => entry.Message.Stream).Should().Equal("one", "three");
    }

    [StoreFact]
    public async Task Partitions_that_another_owns_are_not_read()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message(), Due(Mail));
        await WriteAsync(Message());
        await Database.ExpireAsync("a");
        await StartAsync("b", Mail);

        var result = await relay.ReadAsync();

        result.Events.Should().BeEmpty();
        result.Deliveries.Should().BeEmpty();
    }

    [StoreFact]
    public async Task Streams_that_are_busy_are_left_out()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAsync(Message("one"), Message("two"), Message("three"));

        var result = await relay.ReadAsync(100, "one", "three");

        result.Events.Select(entry => entry.Message.Stream).Should().Equal("two");
    }

    [StoreFact]
    public async Task Busy_streams_take_no_place_below_the_limit()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAsync([.. Enumerable.Range(0, 10).Select(_ => Message("busy")), Message("free")]);

        var result = await relay.ReadAsync(limit: 2, "busy");

        result.Events.Select(entry => entry.Message.Stream).Should().Equal("free");
    }

    [StoreFact]
    public async Task Two_thousand_streams_may_be_busy()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAsync(Message("busy-1999"), Message("free"));

        var result = await relay.ReadAsync(100, [.. Enumerable.Range(0, 2000).Select(number => $"busy-{number}")]);

        result.Events.Select(entry => entry.Message.Stream).Should().Equal("free");
    }

    [StoreFact]
    public async Task Streams_are_equal_only_character_by_character()
    {
        var relay = await StartAsync("a", Mail);
        string[] streams = ["order-A", "order-a", "order-a ", "order-\u00e9", "order-e\u0301", "order-%", "order-_", ""];
        await WriteAndLeaveAsync(relay, Message("order-A"), Dead(Mail));
        await WriteAsync([.. streams.Select(stream => Message(stream))]);

        var blocked = (await relay.ReadEventsAsync()).Where(entry => entry.BlockedHandlers.Count > 0).Select(entry => entry.Message.Stream);
        var free = (await relay.ReadAsync(100, "order-a", "order-\u00e9", "order-%")).Events.Select(entry => entry.Message.Stream);

        blocked.Should().Equal("order-A");
        free.Should().Equal("order-A", "order-a ", "order-e\u0301", "order-_", "");
    }

    [StoreFact]
    public async Task Rows_whose_partition_is_none_keep_no_others_from_being_read()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAsync([.. Enumerable.Range(0, 64).Select(number => Message($"order-{number}", number)), Message("sound")]);
        await Database.ExecuteAsync($"UPDATE domain_event_outbox SET partition = partition + 64 WHERE position < {await Database.LastPositionAsync()}");

        var damaged = await relay.ReadAsync(limit: 64);
        await relay.ExchangeAsync(exchange => exchange with
        {
            Fence = relay.Owned,
            Acknowledgements = [.. damaged.Events.Select((entry, index) => index % 2 == 0 ? TestRelay.Acknowledgement(entry) : TestRelay.Acknowledgement(entry, Dead(Mail)))],
        });
        var rest = await relay.ReadAsync(limit: 64);

        damaged.Events.Should().HaveCount(64).And.OnlyContain(entry => entry.Damage != null && entry.Message.Partition >= 0 && entry.Message.Partition < 64);
        rest.Events.Should().ContainSingle().Which.Message.Stream.Should().Be("sound");
        (await DeadLettersAsync()).Should().HaveCount(32);
    }

    [StoreFact]
    public async Task An_event_says_which_handlers_have_a_delivery_of_an_earlier_one_of_its_stream()
    {
        var relay = await StartAsync("a", Mail, Stock);
        await WriteAndLeaveAsync(relay, Message(), Dead(Mail), Due(Stock, minutes: 5));
        await WriteAndLeaveAsync(relay, Message(), Waiting(Mail));
        await WriteAndLeaveAsync(relay, Message("order-2", Partition), Parked());
        await WriteAsync(Message(), Message("order-2"), Message("order-3"));

        var entries = await relay.ReadEventsAsync();

        entries.Should().HaveCount(3);
        entries[0].BlockedHandlers.Should().BeEquivalentTo([Mail.Handler, Stock.Handler]);
        entries[1].BlockedHandlers.Should().Equal(Delivery.AllHandlers);
        entries[2].BlockedHandlers.Should().BeEmpty();
    }

    [StoreFact]
    public async Task A_delivery_of_a_later_event_blocks_no_earlier_one()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAsync(Message());
        await WriteAndLeaveAsync(relay, Message(), Dead(Mail));

        (await relay.ReadEventsAsync()).Should().ContainSingle().Which.BlockedHandlers.Should().BeEmpty();
    }

    [StoreFact]
    public async Task Events_of_unknown_types_are_read_as_well()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAsync(Message(type: "nobody-knows"), Message() with { Version = 99 });

        (await relay.ReadEventsAsync()).Select(entry => (entry.Message.EventType, entry.Message.Version))
            .Should().Equal(("nobody-knows", 1), (Type, 99));
    }

    [StoreFact]
    public async Task A_lower_position_that_commits_later_is_read_all_the_same()
    {
        var relay = await StartAsync("a", Mail);
        var first = await WriteAndReadAsync(relay, Message());
        var second = await WriteAndReadAsync(relay, Message("order-2"));
        await relay.AcknowledgeAsync(second);

        (await relay.ReadEventsAsync()).Select(entry => entry.Message.Position).Should().Equal(first.Message.Position);
    }

    [StoreFact]
    public async Task A_relay_that_owns_nothing_reads_nothing()
    {
        await StartAsync("a", Mail);
        var second = await StartAsync("b", Mail);
        await WriteAsync(Message());

        var result = await second.ReadAsync();

        result.Should().BeEquivalentTo(new OutboxExchangeResult([], [], [], null));
    }

    [StoreFact]
    public async Task An_exchange_that_reads_nothing_gives_nothing()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message(), Due(Mail, minutes: 5));
        await WriteAsync(Message());

        var result = await relay.ExchangeAsync(exchange => exchange);

        result.Should().BeEquivalentTo(new OutboxExchangeResult([], [], [], null));
    }

    [StoreFact]
    public async Task A_cancelled_exchange_takes_no_effect()
    {
        var relay = await StartAsync("a", Mail);
        var entry = await WriteAndReadAsync(relay, Message());
        var exchange = new OutboxExchange
        {
            Relay = "a",
            Handlers = [Mail],
            Fence = relay.Fence(Partition),
            Acknowledgements = [TestRelay.Acknowledgement(entry)],
        };

        var act = async () => await Store.ExchangeAsync(exchange, new CancellationToken(canceled: true));

        await act.Should().ThrowAsync<OperationCanceledException>();
        (await relay.ReadEventsAsync()).Should().ContainSingle();
    }
}
