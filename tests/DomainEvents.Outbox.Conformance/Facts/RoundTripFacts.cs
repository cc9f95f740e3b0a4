using System.Security.Cryptography;
using System.Text;

namespace DomainEvents.Outbox.Conformance;

/// <summary>What is written is what is read, whatever it is; and what cannot be read stops nobody.</summary>
public abstract class RoundTripFacts : StoreConformance
{
    private const string Hostile = "'; DROP TABLE domain_event_outbox; -- \" \\ % _ @p0 $1 {0} :name ? \t\r\n Ω ñ é 漢字 \u202e 🦊 \u00a0 \u0001";

    [StoreFact]
    public async Task Every_field_comes_back_from_the_outbox_and_from_the_log()
    {
        var message = Message() with
        {
            Version = int.MaxValue,
            Payload = Encoding.UTF8.GetBytes("""{"name":"Zoë","fox":"🦊","nothing":"\u0000"}"""),
            Metadata = """{"traceparent":"00-1-2-3"}""",
            TenantId = "tenant",
            Partition = 63,
        };

        await ShouldComeBackAsync(message);
    }

    [StoreFact]
    public Task What_there_is_none_of_comes_back_as_none() =>
        ShouldComeBackAsync(Message() with { Metadata = null, TenantId = null, Partition = 0 });

    [StoreFact]
    public Task What_is_empty_comes_back_empty() =>
        ShouldComeBackAsync(Message() with { EventId = Guid.Empty, Metadata = "", TenantId = "", Stream = "", Payload = default });

    [StoreFact]
    public Task Text_may_hold_anything() =>
        ShouldComeBackAsync(Message() with { EventType = Hostile, Metadata = Hostile, TenantId = Hostile, Stream = Hostile, Payload = Encoding.UTF8.GetBytes(Hostile) });

    [StoreFact]
    public Task A_stream_may_have_a_very_long_name() =>
        ShouldComeBackAsync(Message(stream: VeryLong()));

    [StoreFact]
    public async Task An_event_of_a_type_with_a_very_long_name_is_parked_and_discarded_as_any_other()
    {
        var relay = await StartAsync("a", Mail);

        var parked = await WriteAndLeaveAsync(relay, Message(type: VeryLong()), Parked());
        var next = await WriteAndLeaveAsync(relay, Message(type: VeryLong()), new Delivery(Delivery.AllHandlers, DeliveryState.Waiting));
        await WriteAndLeaveAsync(relay, Message("order-2"), Due(Mail));
        var deliveries = await relay.ReadDeliveriesAsync();

        (parked.Message.EventType, next.Message.EventType).Should().Be((VeryLong(), VeryLong()));
        deliveries.Should().ContainSingle().Which.Message.Stream.Should().Be("order-2");
        (await Store.GetStatusAsync()).Parked.Should().BeGreaterThan(0);
        (await Store.DiscardAsync(parked.Message.Position, Delivery.AllHandlers)).Should().BeTrue();
    }

    [StoreFact]
    public async Task A_type_with_a_very_long_name_is_not_taken_for_one_that_begins_as_it_does()
    {
        var known = VeryLong()[..200];
        var relay = await StartAsync("a", Mail, new HandlerAnnouncement("mail", known));
        await WriteAndLeaveAsync(relay, Message(type: known + "0"), Parked());
        await WriteAndLeaveAsync(relay, Message("order-2", type: known), Parked());

        (await relay.ReadDeliveriesAsync()).Should().ContainSingle().Which.Message.EventType.Should().Be(known);
    }

    [StoreFact]
    public async Task A_payload_may_have_a_mebibyte_and_one_byte_more()
    {
        foreach (var length in new[] { 1 << 20, (1 << 20) + 1 })
        {
            await ShouldComeBackAsync(Message() with { Payload = Encoding.UTF8.GetBytes($"\"{new string('é', (length - 2) / 2)}{new string('x', length % 2)}\"") });
        }
    }

    [StoreFact]
    public async Task A_payload_longer_than_the_relay_reads_is_damage_that_names_the_limit_and_stops_no_other()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAsync(Message(payload: "\"éé\""), Message("order-2", payload: "\"ééx\""), Message("order-3"));

        var events = (await ReadAsync(relay, maxPayloadBytes: 6)).Events;
        await relay.AcknowledgeAsync(events[1], Due(Mail));
        var delivery = (await ReadAsync(relay, maxPayloadBytes: 6)).Deliveries.Single();
        var raised = (await ReadAsync(relay, maxPayloadBytes: 7)).Deliveries.Single();

        events.Select(entry => entry.Message.Payload.Length).Should().Equal(6, 0, 2);
        events.Select(entry => entry.Damage is null).Should().Equal(true, false, true);
        events[1].Damage.Should().Contain("7 bytes").And.Contain("MaxPayloadBytes is 6");
        (events[1].Message.EventType, events[1].Message.Stream).Should().Be((Type, "order-2"));
        delivery.Damage.Should().Be(events[1].Damage);
        (raised.Damage, Encoding.UTF8.GetString(raised.Message.Payload.Span)).Should().Be((null, "\"ééx\""));
    }

    [StoreFact]
    public async Task Metadata_and_a_tenant_may_have_a_mebibyte_and_more_is_damage()
    {
        var relay = await StartAsync("a", Mail);
        var longest = new string('x', OutboxRead.MaxTextBytes);
        await WriteAsync(Message() with { Metadata = longest, TenantId = longest });
        await WriteAsync(Message() with { Metadata = longest + "x" }, Message() with { TenantId = longest + "x" }, Message());

        var events = await relay.ReadEventsAsync();

        events.Select(entry => entry.Damage is null).Should().Equal(true, false, false, true);
        (events[0].Message.Metadata == longest, events[0].Message.TenantId == longest).Should().Be((true, true));
        (events[1].Message.Metadata, events[2].Message.TenantId).Should().Be((null, null));
        events[1].Damage.Should().Contain("metadata").And.Contain("1048577").And.Contain("1048576");
        events[2].Damage.Should().Contain("tenant");
    }

    [StoreFact]
    public async Task Of_a_type_longer_than_any_the_beginning_is_read_and_listed()
    {
        var relay = await StartAsync("a", Mail);

        var entry = await WriteAndReadAsync(relay, Message(type: new string('x', OutboxRead.MaxTextBytes + 1)));

        (entry.Message.EventType, entry.Damage).Should().Be((new string('x', 201), null));
        await relay.AcknowledgeAsync(entry, Dead(Mail));
        (await DeadLettersAsync()).Single().EventType.Should().Be(entry.Message.EventType);
        (await Database.CountAsync("domain_event_delivery WHERE length(event_type) = 201")).Should().Be(1);
    }

    [StoreFact]
    public async Task Times_come_back_in_utc_to_the_microsecond()
    {
        var relay = await StartAsync("a", Mail);
        var occurredAt = new DateTimeOffset(2026, 3, 4, 23, 59, 59, 123, 456, TimeSpan.FromMinutes(330)).AddTicks(7);

        var entry = await WriteAndReadAsync(relay, Message() with { OccurredAt = occurredAt });

        entry.Message.OccurredAt.Should().BeCloseTo(occurredAt, TimeSpan.FromMicroseconds(1));
        entry.Message.OccurredAt.Offset.Should().Be(TimeSpan.Zero);
        entry.Message.StoredAt.Offset.Should().Be(TimeSpan.Zero);
        entry.Message.StoredAt.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
    }

    [StoreFact]
    public async Task Times_may_be_the_first_and_the_last_that_there_are()
    {
        var relay = await StartAsync("a", Mail);
        foreach (var occurredAt in new[] { DateTimeOffset.MinValue, DateTimeOffset.MaxValue, DateTimeOffset.UnixEpoch.AddTicks(-10) })
        {
            var entry = await WriteAndReadAsync(relay, Message() with { OccurredAt = occurredAt });

            entry.Damage.Should().BeNull();
            (entry.Message.OccurredAt - occurredAt).Duration().Should().BeLessThanOrEqualTo(TimeSpan.FromMicroseconds(1));
        }
    }

    [StoreFact]
    public async Task An_error_with_characters_that_the_database_refuses_is_stored()
    {
        var relay = await StartAsync("a", Mail);
        await WriteAndLeaveAsync(relay, Message(), new Delivery("mail", DeliveryState.Dead, 1, Error: "a\0b \ud83e c"));
        await WriteAndLeaveAsync(relay, Message("order-2"), Dead(Mail) with { Error = "\udd8a\0" });

        (await DeadLettersAsync()).Select(letter => letter.Error).Should().Equal("a\ufffdb \ufffd c", "\ufffd\ufffd");
    }

    [StoreFact]
    public async Task A_row_that_cannot_be_read_says_so_and_stops_no_other()
    {
        var relay = await StartAsync("a", Mail);
        foreach (var damage in Database.Damages)
        {
            await WriteAsync(Message());
            var position = await Database.LastPositionAsync();
            await WriteAsync(Message());
            await Database.ExecuteAsync($"UPDATE domain_event_outbox SET {damage} WHERE position = {position}");

            var entries = await relay.ReadEventsAsync();

            entries.Should().HaveCount(2);
            var (damaged, sound) = (entries[0], entries[1]);
            damaged.Damage.Should().NotBeNullOrWhiteSpace("{0} is no event's", damage);
            (damaged.Message.Position, damaged.Message.Partition, damaged.Message.Stream).Should().Be((position, Partition, Stream));
            sound.Damage.Should().BeNull();
            await relay.AcknowledgeAllAsync(entries);
            (await relay.ReadEventsAsync()).Should().BeEmpty();
        }
    }

    [StoreFact]
    public async Task A_dead_letter_that_cannot_be_read_is_listed_requeued_read_and_discarded()
    {
        var relay = await StartAsync("a", Mail);
        foreach (var damage in Database.Damages)
        {
            var entry = await WriteAndLeaveAsync(relay, Message(), Dead(Mail));
            await WriteAndLeaveAsync(relay, Message("order-2"), Dead(Mail));
            var position = entry.Message.Position;
            await Database.ExecuteAsync($"UPDATE domain_event_log SET {damage} WHERE position = {position}");

            var letters = await DeadLettersAsync();
            var isRequeued = await Store.RequeueAsync(position, Mail.Handler);
            var delivery = (await relay.ReadDeliveriesAsync()).Single();
            await relay.AcknowledgeAsync(delivery, Dead(Mail));
            var isDiscarded = await Store.DiscardAsync(position, Mail.Handler);

            letters.Should().HaveCount(2).And.Contain(letter => letter.Position == position && letter.HandlerName == Mail.Handler);
            isRequeued.Should().BeTrue();
            delivery.Message.Position.Should().Be(position);
            delivery.Damage.Should().NotBeNullOrWhiteSpace("{0} is no event's", damage);
            isDiscarded.Should().BeTrue();
            (await Store.DiscardAsync((await DeadLettersAsync()).Single().Position, Mail.Handler)).Should().BeTrue();
        }
    }

    private async Task ShouldComeBackAsync(OutboxMessage message)
    {
        var mail = new HandlerAnnouncement("mail", message.EventType);
        var relay = await StartAsync("a", mail);
        relay.EventTypes = new Dictionary<string, int> { [message.EventType] = int.MaxValue };

        var entry = await WriteAndReadAsync(relay, message);
        var later = await WriteAndReadAsync(relay, message with { EventId = Guid.NewGuid() });
        await relay.AcknowledgeAsync(entry, Due(mail));
        var result = await relay.ReadAsync();
        var delivery = result.Deliveries.Single();

        ShouldBe(entry.Message, message);
        ShouldBe(delivery.Message, message);
        delivery.Message.StoredAt.Should().Be(entry.Message.StoredAt);
        delivery.Message.Position.Should().Be(entry.Message.Position);
        result.Events.Single().BlockedHandlers.Should().Equal("mail");
        (await relay.ReadAsync(100, message.Stream)).Events.Should().BeEmpty();
        await relay.AcknowledgeAllAsync([later, delivery]);
        await relay.ReleaseAsync(leaves: true);
        (await Database.CountAsync("domain_event_outbox") + await Database.CountAsync("domain_event_delivery")).Should().Be(0);
    }

    /// <summary>Nothing in it repeats, so that no index can press it into a page.</summary>
    private static string VeryLong() =>
        string.Concat(Enumerable.Range(0, 300).Select(number => Convert.ToHexString(SHA256.HashData(BitConverter.GetBytes(number)))));

    private static Task<OutboxExchangeResult> ReadAsync(TestRelay relay, int maxPayloadBytes) =>
        relay.ExchangeAsync(exchange => exchange with { Read = relay.Read() with { MaxPayloadBytes = maxPayloadBytes } });

    private static void ShouldBe(OutboxMessage actual, OutboxMessage expected)
    {
        // Not by an assertion on a sequence: of a mebibyte that takes seconds.
        actual.Payload.Span.SequenceEqual(expected.Payload.Span).Should().BeTrue("the payload comes back byte by byte");
        (actual with { Payload = default, Position = 0, StoredAt = default }).Should().Be(expected with { Payload = default });
    }
}
