using System.Globalization;
using DomainEvents.Outbox;
using DomainEvents.Sqlite.Connections;
using Microsoft.Data.Sqlite;

namespace DomainEvents.Sqlite.Storage;

/// <summary>Writes the acknowledgements of one exchange, in its transaction.</summary>
internal sealed class AcknowledgementWriter(Session session, OutboxExchange exchange, IReadOnlyDictionary<int, Slot> owned)
{
    private readonly long _now = session.Now();

    public void Write(IReadOnlyList<Acknowledgement> acknowledgements)
    {
        var elsewhere = HandlersElsewhere();
        var done = new List<Acknowledgement>(acknowledgements.Count);
        foreach (var acknowledgement in acknowledgements)
        {
            if (acknowledgement.Handler is null && acknowledgement.Left.Count == 0 && elsewhere.Count == 0)
            {
                done.Add(acknowledgement); // nearly all: together
            }
            else if (acknowledgement.Handler is { } handler)
            {
                WriteDelivery(acknowledgement, handler, elsewhere);
            }
            else
            {
                WriteEvent(acknowledgement, elsewhere);
            }
        }

        if (done.Count > 0)
        {
            Remove(done);
        }
    }

    /// <summary>What live relays can handle and this one cannot.</summary>
    private List<HandlerAnnouncement> HandlersElsewhere()
    {
        var known = exchange.Handlers.ToHashSet();
        var elsewhere = new List<HandlerAnnouncement>();
        using var reader = session.Read("select name, event_type from domain_event_handler where live_until >= @now", ("@now", _now));
        while (reader.Read())
        {
            var handler = new HandlerAnnouncement(reader.GetString(0), reader.GetString(1));
            if (!known.Contains(handler))
            {
                elsewhere.Add(handler);
            }
        }

        return elsewhere;
    }

    private void Remove(List<Acknowledgement> done)
    {
        var positions = $"[{string.Join(',', done.Select(acknowledgement => acknowledgement.Position.ToString(CultureInfo.InvariantCulture)))}]";
        if (exchange.KeepHistory)
        {
            session.Execute(
                $"insert or ignore into domain_event_log ({Sql.Columns}) select {Sql.Columns} from domain_event_outbox where position in (select value from json_each(@positions))",
                ("@positions", positions));
        }

        session.Execute("delete from domain_event_outbox where position in (select value from json_each(@positions))", ("@positions", positions));
        foreach (var acknowledgement in done)
        {
            ForgetNote(acknowledgement);
        }
    }

    private void WriteEvent(Acknowledgement acknowledgement, List<HandlerAnnouncement> elsewhere)
    {
        // A version that is none is for everybody: it is to become known as damage.
        if (Source.Read(session.Read(
            $"select stream, {EntryReader.EventType("event_type")}, case when typeof(version) = 'integer' then version else 0 end from domain_event_outbox where position = @position",
            ("@position", acknowledgement.Position))) is not { } source)
        {
            return;
        }

        var left = Left(acknowledgement, source.EventType, elsewhere);
        if (left.Count > 0 || exchange.KeepHistory)
        {
            session.Execute(
                $"insert or ignore into domain_event_log ({Sql.Columns}) select {Sql.Columns} from domain_event_outbox where position = @position",
                ("@position", acknowledgement.Position));
        }

        session.Execute("delete from domain_event_outbox where position = @position", ("@position", acknowledgement.Position));
        Leave(acknowledgement, source, left);
        ForgetNote(acknowledgement);
    }

    private void WriteDelivery(Acknowledgement acknowledgement, string handler, List<HandlerAnnouncement> elsewhere)
    {
        if (Source.Read(session.Read(
            """
            select stream, event_type, version from domain_event_delivery
            where position = @position and handler = @handler and attempts = @attempts and state <> 2
            """,
            ("@position", acknowledgement.Position), ("@handler", handler), ("@attempts", acknowledgement.Attempts))) is not { } source)
        {
            return;
        }

        session.Execute(
            "delete from domain_event_delivery where position = @position and handler = @handler", ("@position", acknowledgement.Position), ("@handler", handler));
        Leave(acknowledgement, source, handler.Length == 0 ? Left(acknowledgement, source.EventType, elsewhere) : acknowledgement.Left);
        if (!exchange.KeepHistory)
        {
            RemoveFromLog(session, acknowledgement.Position);
        }

        ForgetNote(acknowledgement);
    }

    /// <summary>Where no history is kept, an event goes with its last delivery.</summary>
    public static void RemoveFromLog(Session session, long position) => session.Execute(
        "delete from domain_event_log where position = @position and not exists (select 1 from domain_event_delivery where position = @position)",
        ("@position", position));

    private static IReadOnlyList<Delivery> Left(Acknowledgement acknowledgement, string type, List<HandlerAnnouncement> elsewhere) =>
        acknowledgement.Left.Any(delivery => delivery.Handler.Length == 0)
            ? acknowledgement.Left
            : [.. acknowledgement.Left, .. elsewhere.Where(handler => string.Equals(handler.EventType, type, StringComparison.Ordinal)).Select(handler => new Delivery(handler.Handler, DeliveryState.Waiting))];

    private void Leave(Acknowledgement acknowledgement, Source source, IReadOnlyList<Delivery> left)
    {
        foreach (var delivery in left)
        {
            var hasFailed = delivery.State is DeliveryState.Due or DeliveryState.Dead;
            session.Execute(
                """
                insert or replace into domain_event_delivery (position, handler, stream, partition, event_type, version, state, attempts, due_at, failed_at, error)
                values (@position, @handler, @stream, @partition, @type, @version, @state, @attempts, @due, @failed, @error)
                """,
                ("@position", acknowledgement.Position),
                ("@handler", delivery.Handler),
                ("@stream", source.Stream),
                ("@partition", acknowledgement.Partition),
                ("@type", source.EventType),
                ("@version", source.Version),
                ("@state", (int)delivery.State),
                ("@attempts", delivery.Attempts),
                ("@due", _now + Math.Min(delivery.Delay.Ticks, TimeSpan.TicksPerDay * 365_000)), // far enough, and no overflow
                ("@failed", hasFailed ? _now : null),
                ("@error", delivery.Error));
        }
    }

    private void ForgetNote(Acknowledgement acknowledgement)
    {
        if (owned.TryGetValue(acknowledgement.Partition, out var slot) && slot.Noted == acknowledgement.Position)
        {
            session.Execute(
                "update domain_event_partition set noted = null, interruptions = 0 where partition = @partition", ("@partition", acknowledgement.Partition));
        }
    }

    /// <summary>What deliveries have from their event.</summary>
    private sealed record Source(string Stream, string EventType, long Version)
    {
        public static Source? Read(SqliteDataReader reader)
        {
            using (reader)
            {
                return reader.Read() ? new Source(reader.GetString(0), reader.GetString(1), reader.GetInt64(2)) : null;
            }
        }
    }
}
