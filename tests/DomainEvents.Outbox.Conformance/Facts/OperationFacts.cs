namespace DomainEvents.Outbox.Conformance;

/// <summary>What whoever operates an application sees and does.</summary>
public abstract class OperationFacts : StoreConformance
{
    [StoreFact]
    public async Task An_empty_outbox_has_nothing_to_say() =>
        (await Store.GetStatusAsync()).Should().Be(new OutboxStatus(0, 0, 0, 0, null));

    [StoreFact]
    public async Task The_status_counts_what_is_pending_and_what_has_failed()
    {
        var relay = await StartAsync("a", Mail, Stock);
        await WriteAndLeaveAsync(relay, Message("1"), Due(Mail), Due(Stock, minutes: 5));
        await WriteAndLeaveAsync(relay, Message("1"), Waiting(Mail));
        await WriteAndLeaveAsync(relay, Message("2"), Dead(Mail), Dead(Stock));
        await WriteAndLeaveAsync(relay, Message("3", type: OtherType), Parked());
        await WriteAndLeaveAsync(relay, Message("4"), new Delivery("nobody", DeliveryState.Waiting));
        await WriteAsync(Message("5"), Message("6"));

        var status = await Store.GetStatusAsync();

        (status with { OldestPendingAge = null }).Should().Be(new OutboxStatus(Pending: 2, Retrying: 3, Dead: 2, Parked: 2, OldestPendingAge: null));
        status.OldestPendingAge.Should().BeGreaterThanOrEqualTo(TimeSpan.Zero).And.BeLessThan(TimeSpan.FromMinutes(5));
    }

    [StoreFact]
    public async Task The_age_is_that_of_the_oldest_pending_event()
    {
        await WriteAsync(Message(), Message());
        await Database.ExecuteAsync(
            $"UPDATE domain_event_outbox SET stored_at = {Database.FromNow(TimeSpan.FromHours(-2))} WHERE position < {await Database.LastPositionAsync()}");

        (await Store.GetStatusAsync()).OldestPendingAge.Should().BeCloseTo(TimeSpan.FromHours(2), TimeSpan.FromMinutes(5));
    }

    [StoreFact]
    public async Task Dead_letters_come_by_position_with_all_there_is_to_know()
    {
        var relay = await StartAsync("a", Mail, Stock);
        var first = await WriteAndLeaveAsync(relay, Message(), Dead(Stock, attempts: 7), Dead(Mail, attempts: 3), Waiting(new HandlerAnnouncement("other", Type)));
        var second = await WriteAndLeaveAsync(relay, Message("order-2", type: OtherType), Dead(Mail));

        var letters = await DeadLettersAsync();

        letters.Select(letter => letter with { FailedAt = default }).Should().Equal(
            new DeadLetter(first.Message.Position, Mail.Handler, Type, first.Message.EventId, 3, "it failed for good", default),
            new DeadLetter(first.Message.Position, Stock.Handler, Type, first.Message.EventId, 7, "it failed for good", default),
            new DeadLetter(second.Message.Position, Mail.Handler, OtherType, second.Message.EventId, 10, "it failed for good", default));
        letters.Should().OnlyContain(letter => letter.FailedAt.Offset == TimeSpan.Zero);
        letters[0].FailedAt.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
    }

    [StoreFact]
    public async Task There_may_be_more_dead_letters_than_fit_in_a_page()
    {
        var relay = await StartAsync("a", Mail, Stock);
        await WriteAsync([.. Enumerable.Range(0, 700).Select(number => Message($"order-{number}"))]);
        var entries = (await relay.ReadAsync(limit: 1000)).Events;
        await relay.ExchangeAsync(exchange => exchange with
        {
            Fence = relay.Fence(Partition),
            Acknowledgements = [.. entries.Select(entry => TestRelay.Acknowledgement(entry, Dead(Mail), Dead(Stock)))],
        });

        var letters = await DeadLettersAsync();

        letters.Select(letter => (letter.Position, letter.HandlerName)).Should().Equal(
            entries.SelectMany(entry => new[] { (entry.Message.Position, Mail.Handler), (entry.Message.Position, Stock.Handler) }));
    }

    [StoreFact]
    public async Task Dead_letters_may_be_requeued_while_they_are_read()
    {
        var relay = await StartAsync("a", Mail);
        for (var number = 0; number < 5; number++)
        {
            await WriteAndLeaveAsync(relay, Message($"order-{number}"), Dead(Mail));
        }

        var requeued = 0;
        await foreach (var letter in Store.GetDeadLettersAsync())
        {
            requeued += await Store.RequeueAsync(letter.Position, letter.HandlerName) ? 1 : 0;
        }

        requeued.Should().Be(5);
        (await DeadLettersAsync()).Should().BeEmpty();
    }

    [StoreFact]
    public async Task A_requeued_dead_letter_is_due_at_once_and_its_attempts_are_counted_anew()
    {
        var relay = await StartAsync("a", Mail);
        var entry = await WriteAndLeaveAsync(relay, Message(), Dead(Mail) with { Delay = TimeSpan.FromHours(1) });
        await WriteAndLeaveAsync(relay, Message(), Waiting(Mail));

        var isRequeued = await Store.RequeueAsync(entry.Message.Position, Mail.Handler);

        isRequeued.Should().BeTrue();
        var delivery = (await relay.ReadDeliveriesAsync()).Should().ContainSingle().Subject;
        (delivery.Message.Position, delivery.Attempts).Should().Be((entry.Message.Position, 0));
    }

    [StoreFact]
    public async Task Only_a_dead_letter_can_be_requeued()
    {
        var relay = await StartAsync("a", Mail);
        var due = await WriteAndLeaveAsync(relay, Message("1"), Due(Mail));
        var waiting = await WriteAndLeaveAsync(relay, Message("2"), Waiting(Mail));
        var parked = await WriteAndLeaveAsync(relay, Message("3"), Parked());
        var dead = await WriteAndLeaveAsync(relay, Message("4"), Dead(Mail));

        (await Store.RequeueAsync(due.Message.Position, Mail.Handler)).Should().BeFalse();
        (await Store.RequeueAsync(waiting.Message.Position, Mail.Handler)).Should().BeFalse();
        (await Store.RequeueAsync(parked.Message.Position, Delivery.AllHandlers)).Should().BeFalse();
        (await Store.RequeueAsync(dead.Message.Position, Stock.Handler)).Should().BeFalse();
        (await Store.RequeueAsync(dead.Message.Position + 1, Mail.Handler)).Should().BeFalse();
        (await Store.RequeueAsync(dead.Message.Position, Mail.Handler)).Should().BeTrue();
        (await Store.RequeueAsync(dead.Message.Position, Mail.Handler)).Should().BeFalse();
    }

    [StoreFact]
    public async Task Of_many_who_requeue_or_discard_one_dead_letter_at_once_one_does_it()
    {
        var relay = await StartAsync("a", Mail);
        var stores = Enumerable.Range(0, 4).Select(_ => Database.CreateStore()).ToArray();
        for (var round = 0; round < 10; round++)
        {
            var position = (await WriteAndLeaveAsync(relay, Message($"order-{round}"), Dead(Mail))).Message.Position;

            var answers = await Task.WhenAll(stores.Select((store, number) => Task.Run(async () => number % 2 == round % 2
                ? await store.RequeueAsync(position, Mail.Handler)
                : await store.DiscardAsync(position, Mail.Handler))));

            answers.Count(answer => answer).Should().Be(1);
        }
    }

    [StoreFact]
    public async Task A_dead_letter_that_is_discarded_lets_go_of_what_waits_behind_it()
    {
        var relay = await StartAsync("a", Mail);
        var dead = await WriteAndLeaveAsync(relay, Message(), Dead(Mail));
        var next = await WriteAndLeaveAsync(relay, Message(), Waiting(Mail));

        var isDiscarded = await Store.DiscardAsync(dead.Message.Position, Mail.Handler);

        isDiscarded.Should().BeTrue();
        (await relay.ReadDeliveriesAsync()).Should().ContainSingle().Which.Message.Position.Should().Be(next.Message.Position);
        (await Database.CountAsync("domain_event_log")).Should().Be(2, "history is kept");
    }

    [StoreFact]
    public async Task A_parked_event_can_be_discarded_by_the_empty_name()
    {
        var relay = await StartAsync("a", Mail);
        var parked = await WriteAndLeaveAsync(relay, Message(type: OtherType), Parked());

        (await Store.DiscardAsync(parked.Message.Position, Mail.Handler)).Should().BeFalse();
        (await Store.DiscardAsync(parked.Message.Position, Delivery.AllHandlers)).Should().BeTrue();
        (await Store.DiscardAsync(parked.Message.Position, Delivery.AllHandlers)).Should().BeFalse();
        (await Store.GetStatusAsync()).Parked.Should().Be(0);
    }

    [StoreFact]
    public async Task What_waits_behind_a_parked_event_can_be_discarded_by_the_empty_name_before_it_and_after_it()
    {
        var relay = await StartAsync("a", Mail);
        var parked = await WriteAndLeaveAsync(relay, Message() with { Version = 2 }, Parked());
        var second = await WriteAndLeaveAsync(relay, Message(type: OtherType), new Delivery(Delivery.AllHandlers, DeliveryState.Waiting));
        var third = await WriteAndLeaveAsync(relay, Message() with { Version = 2 }, new Delivery(Delivery.AllHandlers, DeliveryState.Waiting));
        var known = await WriteAndLeaveAsync(relay, Message(), new Delivery(Delivery.AllHandlers, DeliveryState.Waiting));

        (await Store.DiscardAsync(second.Message.Position, Mail.Handler)).Should().BeFalse();
        (await Store.DiscardAsync(second.Message.Position, Delivery.AllHandlers)).Should().BeTrue();
        (await Store.DiscardAsync(second.Message.Position, Delivery.AllHandlers)).Should().BeFalse();
        (await Store.DiscardAsync(parked.Message.Position, Delivery.AllHandlers)).Should().BeTrue();
        (await relay.ReadDeliveriesAsync()).Should().BeEmpty("the third is of a version that nobody knows");
        (await Store.DiscardAsync(third.Message.Position, Delivery.AllHandlers)).Should().BeTrue();
        (await relay.ReadDeliveriesAsync()).Should().ContainSingle().Which.Message.Position.Should().Be(known.Message.Position);
    }

    [StoreFact]
    public async Task What_waits_for_a_handler_that_is_there_or_is_tried_again_is_not_discarded()
    {
        var relay = await StartAsync("a", Mail, Stock);
        var entry = await WriteAndLeaveAsync(relay, Message(), Waiting(Mail), Due(Stock, minutes: 5));

        (await Store.DiscardAsync(entry.Message.Position, Mail.Handler)).Should().BeFalse();
        (await Store.DiscardAsync(entry.Message.Position, Stock.Handler)).Should().BeFalse();
        (await Database.CountAsync("domain_event_delivery")).Should().Be(2);
    }

    [StoreFact]
    public async Task What_waits_for_a_handler_can_be_discarded_only_if_nobody_announces_it()
    {
        var relay = await StartAsync("a", Mail);
        await StartAsync("b", Stock);
        var entry = await WriteAndLeaveAsync(relay, Message());
        var position = entry.Message.Position;

        var whileAnnounced = await Store.DiscardAsync(position, Stock.Handler);
        var status = await Store.GetStatusAsync();
        await Database.ForgetHandlerAsync(Stock.Handler);
        var later = await Store.GetStatusAsync();
        var afterwards = await Store.DiscardAsync(position, Stock.Handler);

        whileAnnounced.Should().BeFalse();
        (status.Retrying, status.Parked).Should().Be((1, 0));
        (later.Retrying, later.Parked).Should().Be((0, 1));
        afterwards.Should().BeTrue();
        (await Database.CountAsync("domain_event_delivery")).Should().Be(0);
    }

    [StoreFact]
    public async Task An_event_whose_last_delivery_is_discarded_is_gone_where_no_history_is_kept()
    {
        var relay = await StartAsync("a", Mail, Stock);
        relay.KeepHistory = false;
        var position = (await WriteAndLeaveAsync(relay, Message(), Dead(Mail), Dead(Stock))).Message.Position;
        var store = Database.CreateStore(options => options.KeepHistory = false);

        await store.DiscardAsync(position, Mail.Handler);
        var withOne = await Database.CountAsync("domain_event_log");
        await store.DiscardAsync(position, Stock.Handler);

        (withOne, await Database.CountAsync("domain_event_log")).Should().Be((1, 0));
    }

    [StoreFact]
    public async Task An_acknowledgement_of_what_was_discarded_meanwhile_does_nothing()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message(), Parked());
        var parked = (await relay.ReadDeliveriesAsync()).Single();
        await Store.DiscardAsync(parked.Message.Position, Delivery.AllHandlers);

        var result = await relay.AcknowledgeAsync(parked, Due(Mail));

        result.Lost.Should().BeEmpty();
        (await Database.CountAsync("domain_event_delivery")).Should().Be(0);
    }

    [StoreFact]
    public async Task The_oldest_events_are_purged_from_the_log_so_many_at_once()
    {
        var relay = await StartAsync("a", Mail);
        for (var number = 0; number < 5; number++)
        {
            await WriteAndLeaveAsync(relay, Message());
        }

        var last = await Database.ExecuteAsync("SELECT MAX(position) FROM domain_event_log");
        await Database.AgeLogAsync(TimeSpan.FromDays(2));
        await WriteAndLeaveAsync(relay, Message());

        (await Store.PurgeAsync(new OutboxOptions { HistoryRetention = TimeSpan.FromDays(36_525) }.HistoryRetention!.Value, limit: 10)).Should().Be(0);
        (await Store.PurgeAsync(TimeSpan.FromDays(3), limit: 10)).Should().Be(0);
        (await Store.PurgeAsync(TimeSpan.FromDays(1), limit: 4)).Should().Be(4);
        (await Database.ExecuteAsync("SELECT MIN(position) FROM domain_event_log")).Should().Be(last, "the oldest go first");
        (await Store.PurgeAsync(TimeSpan.FromDays(1), limit: 4)).Should().Be(1);
        (await Store.PurgeAsync(TimeSpan.FromDays(1), limit: 4)).Should().Be(0);
        (await Database.CountAsync("domain_event_log")).Should().Be(1);
    }

    [StoreFact]
    public async Task An_event_of_which_a_delivery_is_left_is_not_purged_and_takes_no_place_below_the_limit()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message("1"), Dead(Mail));
        await WriteAndLeaveAsync(relay, Message("2"), Parked());
        await WriteAndLeaveAsync(relay, Message("3"));
        await Database.AgeLogAsync(TimeSpan.FromDays(2));

        var purged = await Store.PurgeAsync(TimeSpan.FromDays(1), limit: 1);
        var more = await Store.PurgeAsync(TimeSpan.FromDays(1), limit: 1);

        (purged, more, await Database.CountAsync("domain_event_log")).Should().Be((1, 0, 2));
        (await DeadLettersAsync()).Should().ContainSingle();
    }

    [StoreFact]
    public async Task What_is_pending_is_not_purged()
    {
        await WriteAsync(Message());
        await Database.ExecuteAsync($"UPDATE domain_event_outbox SET stored_at = {Database.FromNow(TimeSpan.FromDays(-9))}");

        (await Store.PurgeAsync(TimeSpan.FromDays(1), limit: 10)).Should().Be(0);
        (await Database.CountAsync("domain_event_outbox")).Should().Be(1);
    }
}
