using DomainEvents.Outbox.Diagnostics;
using DomainEvents.TestSupport;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Outbox.Tests.Diagnostics;

public sealed class DeliveryLogTests
{
    private static readonly Dictionary<string, int> Known = new() { ["shop.order-placed"] = 1 };

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger<IOutboxRelay> _logger = new();
    private readonly DeliveryLog _log;

    public DeliveryLogTests() => _log = new DeliveryLog(_logger, _time);

    [Fact]
    public void A_dead_letter_is_told_with_its_event_handler_and_attempts_and_without_its_payload_or_error()
    {
        var message = Event(7);
        _log.Failed(message, "mail");
        _log.Exchanged(Acknowledge(7, Dead("mail")), Nothing);

        var told = _logger.Entries.Should().ContainSingle().Subject;
        (told.Level, told.EventId.Id, told.EventId.Name).Should().Be((LogLevel.Error, 3002, "OutboxDeadLetter"));
        told.Message.Should().Contain("shop.order-placed").And.Contain($"{message.EventId}").And.Contain(" 7 ").And.Contain("mail").And.Contain("10 attempt");
        told.Message.Should().NotContain("Secret");
        told.Exception.Should().BeNull();
    }

    [Fact]
    public void What_is_tried_again_or_belongs_to_somebody_else_by_now_is_not_told()
    {
        _log.Failed(Event(7), "mail");
        _log.Exchanged(Acknowledge(7, Dead("mail") with { State = DeliveryState.Due }), Nothing);
        _log.Failed(Event(8), "mail");
        _log.Exchanged(Acknowledge(8, Dead("mail")), new OutboxExchangeResult([5], [], [], null));

        _logger.Entries.Should().BeEmpty();
    }

    [Fact]
    public void Of_thousands_twenty_are_told_one_by_one_and_the_rest_as_a_number_when_half_a_minute_is_over()
    {
        for (var position = 1; position <= 3_000; position++)
        {
            _log.Failed(Event(position), "mail");
            _log.Exchanged(Acknowledge(position, Dead("mail")), Nothing);
        }

        _logger.Entries.Should().HaveCount(20);
        _time.Advance(TimeSpan.FromSeconds(30));
        _log.Exchanged(Acknowledge(1), Nothing);
        _log.Exchanged(Acknowledge(1), Nothing);

        _logger.Entries.Should().HaveCount(21);
        _logger.Entries[20].EventId.Name.Should().Be("OutboxDeadLetters");
        _logger.Entries[20].State["Count"].Should().Be(2_980);

        _log.Exchanged(Acknowledge(4, Dead("mail")), Nothing);
        _logger.Entries[21].EventId.Name.Should().Be("OutboxDeadLetter", "it begins anew");
    }

    [Fact]
    public void At_the_end_the_rest_is_told_at_once()
    {
        for (var position = 1; position <= 21; position++)
        {
            _log.Exchanged(Acknowledge(position, Dead("mail")), Nothing);
        }

        _log.TellRest(isLast: true);
        _logger.Entries[^1].State["Count"].Should().Be(1);
    }

    [Fact]
    public void An_event_that_has_ended_its_process_is_known_by_name_though_nobody_tried_it_again()
    {
        _log.Leased(new RelayLease([new LeasedPartition(new OwnedPartition(5, 4), IsNew: true, new PartitionInterruption(7, 3))], 64));
        _log.Exchanged(Reading(), new OutboxExchangeResult([], [new OutboxEntry(Event(7), [])], [], null));
        _log.Exchanged(Acknowledge(7, Dead("mail")), Nothing);

        _logger.Entries.Should().ContainSingle().Which.State["EventType"].Should().Be("shop.order-placed");
    }

    [Fact]
    public void A_type_that_is_parked_is_told_once_in_five_minutes()
    {
        var unknown = new OutboxEntry(Event(7) with { EventType = "shop.new" }, []);
        var newer = new OutboxEntry(Event(8) with { Version = 2 }, []);
        for (var i = 0; i < 50; i++)
        {
            _log.Exchanged(Reading(), new OutboxExchangeResult([], [unknown, newer, new OutboxEntry(Event(9), [])], [], null));
        }

        _logger.Entries.Select(entry => (entry.Level, entry.EventId.Name, entry.State["EventType"], entry.State["Version"])).Should().Equal(
            (LogLevel.Warning, "OutboxEventParked", "shop.new", 1), (LogLevel.Warning, "OutboxEventParked", "shop.order-placed", 2));
        _time.Advance(TimeSpan.FromMinutes(5));
        _log.Exchanged(Reading(), new OutboxExchangeResult([], [unknown], [], null));
        _logger.Entries.Should().HaveCount(3);
    }

    [Fact]
    public void Hostile_type_names_fill_neither_the_log_nor_the_memory()
    {
        for (var i = 0; i < 1_000; i++)
        {
            var message = Event(i) with { EventType = $"{i}\n\u001b[31m{new string('x', 10_000)}" };
            _log.Exchanged(Reading(), new OutboxExchangeResult([], [new OutboxEntry(message, [])], [], null));
        }

        _logger.Entries.Should().HaveCount(100).And.OnlyContain(entry => entry.Message.Length < 500 && !entry.Message.Any(char.IsControl));
        _time.Advance(TimeSpan.FromMinutes(5));
        _log.Exchanged(Reading(), new OutboxExchangeResult([], [new OutboxEntry(Event(1) with { EventType = "shop.new" }, [])], [], null));
        _logger.Entries.Should().HaveCount(101);
    }

    private static OutboxExchangeResult Nothing => new([], [], [], null);

    private static OutboxMessage Event(long position) => new()
    {
        Position = position,
        EventId = Guid.NewGuid(),
        EventType = "shop.order-placed",
        Payload = "{\"address\":\"10 Secret Street\"}"u8.ToArray(),
        Stream = "order:1",
        Partition = 5,
        OccurredAt = DateTimeOffset.UnixEpoch,
    };

    private static Delivery Dead(string handler) => new(handler, DeliveryState.Dead, 10, Error: "Secret");

    private static OutboxExchange Acknowledge(long position, params Delivery[] left) => new()
    {
        Relay = "relay",
        Handlers = [],
        Acknowledgements = [new Acknowledgement { Position = position, Partition = 5, Left = left }],
    };

    private static OutboxExchange Reading() => new()
    {
        Relay = "relay",
        Handlers = [],
        Read = new OutboxRead { Partitions = [5], EventTypes = Known, Limit = 100 },
    };
}
