using System.Runtime.CompilerServices;
using DomainEvents.Outbox;
using DomainEvents.Sqlite.Connections;

namespace DomainEvents.Sqlite.Storage;

/// <content>What whoever operates the application sees and does.</content>
internal sealed partial class SqliteOutboxStore
{
    private const int PageSize = 100;

    /// <summary>Of a delivery <c>d</c>: that nobody has announced its handler, for the type of its event.</summary>
    private const string IsForNobody =
        """
        d.handler <> '' and not exists (
            select 1 from domain_event_handler h where h.event_type = d.event_type and h.name = d.handler and h.live_until >= @now)
        """;

    public ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_sessions.Read(Status));
    }

    public async IAsyncEnumerable<DeadLetter> GetDeadLettersAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (position, handler) = (long.MinValue, "");
        List<DeadLetter> page;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            page = _sessions.Read(session => DeadLetters(session, position, handler));
            foreach (var letter in page)
            {
                yield return letter;
                (position, handler) = (letter.Position, letter.HandlerName);
            }
        }
        while (page.Count == PageSize);
        await Task.CompletedTask.ConfigureAwait(false);
    }

    public async ValueTask<bool> RequeueAsync(long position, string handlerName, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await _sessions.WriteAsync(
            session => session.Execute(
                $"update domain_event_delivery set state = 1, attempts = 0, due_at = {Sql.Now} where position = @position and handler = @handler and state = 2",
                ("@position", position), ("@handler", handlerName)) > 0,
            cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> DiscardAsync(long position, string handlerName, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await _sessions.WriteAsync(session => Discard(session, position, handlerName), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<int> PurgeAsync(TimeSpan olderThan, int limit, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await _sessions.WriteAsync(session => Purge(session, olderThan, limit), cancellationToken).ConfigureAwait(false);
    }

    private static OutboxStatus Status(Session session)
    {
        var now = session.Now();
        using var reader = session.Read(
            $"""
            select
                (select count(*) from domain_event_outbox),
                (select stored_at from domain_event_outbox order by position limit 1),
                count(*),
                coalesce(sum(d.state = 2), 0),
                coalesce(sum(d.state = 3 or (d.state <> 2 and {IsForNobody})), 0)
            from domain_event_delivery d
            """,
            ("@now", now));
        reader.Read();
        var (all, dead, parked) = (reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4));
        return new OutboxStatus(
            reader.GetInt64(0), all - dead - parked, dead, parked,
            reader.IsDBNull(1) ? null : TimeSpan.FromTicks(Math.Max(0, now - reader.GetInt64(1))));
    }

    private static List<DeadLetter> DeadLetters(Session session, long position, string handler)
    {
        using var reader = session.Read(
            $"""
            select d.position, d.handler, {EntryReader.EventType("l.event_type")}, {EntryReader.EventId("l.event_id")}, d.attempts, d.error, d.failed_at
            from domain_event_delivery d left join domain_event_log l on l.position = d.position
            where d.state = 2 and (d.position, d.handler) > (@position, @handler)
            order by d.position, d.handler limit @limit
            """,
            ("@position", position), ("@handler", handler), ("@limit", PageSize));
        var letters = new List<DeadLetter>();
        while (reader.Read())
        {
            letters.Add(new DeadLetter(
                reader.GetInt64(0),
                reader.GetString(1),
                reader.IsDBNull(2) ? "" : reader.GetString(2),
                !reader.IsDBNull(3) && Guid.TryParseExact(reader.GetString(3), "D", out var id) ? id : Guid.Empty, // damaged; the rest helps all the same
                reader.GetInt32(4),
                reader.IsDBNull(5) ? "" : reader.GetString(5),
                reader.IsDBNull(6) ? default : new DateTimeOffset(reader.GetInt64(6), TimeSpan.Zero)));
        }

        return letters;
    }

    private bool Discard(Session session, long position, string handler)
    {
        var isDiscarded = session.Execute(
            $"delete from domain_event_delivery as d where d.position = @position and d.handler = @handler and (d.state in (2, 3) or (d.state = 0 and d.handler = '') or ({IsForNobody}))",
            ("@position", position), ("@handler", handler), ("@now", session.Now())) > 0;
        if (isDiscarded && !_options.KeepHistory)
        {
            AcknowledgementWriter.RemoveFromLog(session, position);
        }

        return isDiscarded;
    }

    private static int Purge(Session session, TimeSpan olderThan, int limit) => session.Execute(
        // Events are stored in about the order of their positions: only the first ones are looked at.
        """
        delete from domain_event_log where position in (
            select o.position from (
                select l.position, l.stored_at from domain_event_log l
                where not exists (select 1 from domain_event_delivery d where d.position = l.position)
                order by l.position limit @limit) o
            where o.stored_at < @before)
        """,
        ("@before", session.Now() - olderThan.Ticks), ("@limit", limit));
}
