using System.Buffers;
using System.Text;
using System.Text.Json;
using DomainEvents.Outbox;
using DomainEvents.Sqlite.Connections;

namespace DomainEvents.Sqlite.Storage;

/// <summary>Reads what a relay is to do, in the transaction of its exchange.</summary>
internal sealed class RelayReader(Session session, OutboxExchange exchange, OutboxRead read, IEnumerable<int> owned)
{
    private static readonly string EventsText = $"select {EntryReader.Columns} from domain_event_outbox where (@partitions >> ({EntryReader.Partition})) & 1 order by position";

    private static readonly string EventText = $"select {EntryReader.Columns} from domain_event_log where position = @position";

    /// <summary>The recursion jumps, for each type and handler, from one version and stream to the next. Cross joins are made in their order.</summary>
    public const string ReadyText =
        """
        with recursive
        able (event_type, handler, newest) as materialized (
            select json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') from json_each(@able)
        ),
        first (event_type, handler, newest, id) as (
            select a.event_type, a.handler, a.newest, (
                select d.id from domain_event_delivery d
                where d.state in (0, 3) and d.event_type = a.event_type and d.handler = a.handler and d.version <= a.newest
                order by d.version, d.stream, d.position limit 1)
            from able a
            union all
            select f.event_type, f.handler, f.newest, coalesce(
                (select d.id from domain_event_delivery d
                 where d.state in (0, 3) and d.event_type = f.event_type and d.handler = f.handler and d.version = last.version and d.stream > last.stream
                 order by d.stream, d.position limit 1),
                (select d.id from domain_event_delivery d
                 where d.state in (0, 3) and d.event_type = f.event_type and d.handler = f.handler and d.version > last.version and d.version <= f.newest
                 order by d.version, d.stream, d.position limit 1))
            from first f cross join domain_event_delivery last on last.id = f.id
        ),
        candidate (id) as (
            select id from first where id is not null
            union all
            select d.id from able a cross join domain_event_delivery d
            where d.state = 1 and d.event_type = a.event_type and d.handler = a.handler and d.due_at <= @now and d.version <= a.newest
        )
        select d.position, d.handler, d.attempts, d.stream
        from candidate c cross join domain_event_delivery d on d.id = c.id join domain_event_log l on l.position = d.position and l.event_type = d.event_type
        where (@partitions >> d.partition) & 1 and d.due_at <= @now and not exists (
            select 1 from domain_event_delivery e where e.stream = d.stream and e.handler in (d.handler, '') and e.position < d.position)
        order by d.position, d.handler
        """;

    private readonly long _now = session.Now();
    private readonly Dictionary<string, List<(string Handler, long Position)>> _blocked = [];

    /// <summary>A bit for each partition that is asked for and owned: 64 fit in a number.</summary>
    private readonly long _partitions = read.Partitions.Intersect(owned).Aggregate(0L, (mask, partition) => mask | (1L << partition));

    public OutboxExchangeResult Read(IReadOnlyList<int> lost)
    {
        var messages = Events();
        if (session.Scalar("select 1 from domain_event_delivery limit 1") is null)
        {
            return new OutboxExchangeResult(lost, [.. messages.Select(message => Entry(message, blocked: []))], [], null);
        }

        return new OutboxExchangeResult(
            lost,
            [.. messages.Select(message => Entry(message, Blocked(message.Message)))],
            [.. Ready().Select(Delivery)],
            NextDue());
    }

    private List<(OutboxMessage Message, string? Damage)> Events()
    {
        var busy = read.BusyStreams.ToHashSet();
        var messages = new List<(OutboxMessage, string?)>();
        using var reader = session.Read(EventsText, ("@longest", read.MaxPayloadBytes), ("@partitions", _partitions));
        while (messages.Count < read.Limit && reader.Read())
        {
            if (busy.Count == 0 || !busy.Contains(reader.GetString(2)))
            {
                messages.Add(EntryReader.Read(reader));
            }
        }

        return messages;
    }

    /// <summary>
    /// What is due and first of its handler in its stream. Only what the relay knows and has the handlers for is looked at, and of what waits the first
    /// ones, stream by stream: behind one failure, or for a handler of another process, there may be any number.
    /// </summary>
    private List<(long Position, string Handler, int Attempts)> Ready()
    {
        var busy = read.BusyDeliveries.ToHashSet();
        var ready = new List<(long, string, int)>();
        using var reader = session.Read(ReadyText, ("@now", _now), ("@partitions", _partitions), ("@able", Able()));
        while (ready.Count < read.Limit && reader.Read())
        {
            var handler = reader.GetString(1);
            if (busy.Count == 0 || !busy.Contains(new DeliveryKey(handler, reader.GetString(3))))
            {
                ready.Add((reader.GetInt64(0), handler, reader.GetInt32(2)));
            }
        }

        return ready;
    }

    /// <summary>What may be tried, as JSON: every type that is known for all handlers, and by the handlers that there are.</summary>
    private string Able()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var (type, newest) in read.EventTypes)
            {
                Add(type, DomainEvents.Outbox.Delivery.AllHandlers, newest);
            }

            foreach (var handler in exchange.Handlers.Distinct())
            {
                if (read.EventTypes.TryGetValue(handler.EventType, out var newest))
                {
                    Add(handler.EventType, handler.Handler, newest);
                }
            }

            json.WriteEndArray();

            void Add(string type, string handler, int newest)
            {
                json.WriteStartArray();
                json.WriteStringValue(type);
                json.WriteStringValue(handler);
                json.WriteNumberValue(newest);
                json.WriteEndArray();
            }
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private OutboxEntry Delivery((long Position, string Handler, int Attempts) delivery)
    {
        (OutboxMessage Message, string?) message;
        using (var reader = session.Read(EventText, ("@longest", read.MaxPayloadBytes), ("@position", delivery.Position)))
        {
            reader.Read();
            message = EntryReader.Read(reader);
        }

        return Entry(message, Blocked(message.Message)) with { Handler = delivery.Handler, Attempts = delivery.Attempts };
    }

    private static OutboxEntry Entry((OutboxMessage Message, string? Damage) read, IReadOnlyList<string> blocked) =>
        new(read.Message, blocked, Damage: read.Damage);

    /// <summary>Whose deliveries of earlier events of the stream there are.</summary>
    private string[] Blocked(OutboxMessage message)
    {
        if (!_blocked.TryGetValue(message.Stream, out var heads))
        {
            _blocked[message.Stream] = heads = Heads(message.Stream);
        }

        return [.. heads.Where(head => head.Position < message.Position).Select(head => head.Handler)];
    }

    /// <summary>The handlers with deliveries in a stream, each with the first of them. The recursion jumps from one to the next.</summary>
    private List<(string Handler, long Position)> Heads(string stream)
    {
        var heads = new List<(string, long)>();
        using var reader = session.Read(
            """
            with recursive known (handler) as (
                select (select min(handler) from domain_event_delivery where stream = @stream)
                union all
                select (select min(d.handler) from domain_event_delivery d where d.stream = @stream and d.handler > known.handler)
                from known where known.handler is not null
            )
            select handler, (select min(d.position) from domain_event_delivery d where d.stream = @stream and d.handler = known.handler)
            from known where handler is not null
            """,
            ("@stream", stream));
        while (reader.Read())
        {
            heads.Add((reader.GetString(0), reader.GetInt64(1)));
        }

        return heads;
    }

    private TimeSpan? NextDue() =>
        session.Scalar(
            "select due_at from domain_event_delivery where state = 1 and due_at > @now and (@partitions >> partition) & 1 order by due_at limit 1",
            ("@now", _now), ("@partitions", _partitions)) is { } due
            ? TimeSpan.FromTicks(due - _now)
            : null;
}
