using DomainEvents.Outbox;

namespace DomainEvents.PostgreSql;

/// <summary>What an exchange is made of: the read. Its statements are of one transaction, and so of one now(): what one does not find due, another finds due next.</summary>
internal sealed class ReadStatements(OutboxTables tables)
{
    /// <summary>The lowest position to look at, name, partitions, busy streams, limit, the longest payload.</summary>
    public string Events { get; } = $"""
        select {EventRow.Columns("o", "$6")}, {Blocked(tables, "o")}
        from {tables.Outbox} o
        where o.position >= $1 and {PartitionKeys.Bit("o")} & ({OwnedOf(tables)}) <> 0 and o.stream not in (select unnest($4::text[]))
        order by o.position
        limit $5
        """;

    /// <summary>
    /// Limit, name, partitions, busy handlers and their streams, types, handlers and newest versions that may be tried, the longest payload. Each
    /// of these by itself, along the index: a backlog may wait for a handler that only another process has.
    /// </summary>
    public string Deliveries { get; } = $"""
        select {EventRow.Columns("o", "$9")}, {Blocked(tables, "o")}, c.handler, c.attempts
        from (
            select d.position, d.handler, d.attempts
            from unnest($6::text[], $7::text[], $8::int[]) able(event_type, handler, newest)
            cross join lateral (
                select d.position, d.handler, d.attempts
                from {tables.Delivery} d
                where d.event_type = able.event_type and d.handler = able.handler
                  and d.due_at <= now() and d.due_at < 'infinity' and d.state <> {Dead} and d.version <= able.newest
                  and {PartitionKeys.Bit("d")} & ({OwnedOf(tables)}) <> 0
                  and (d.handler, d.stream) not in (select * from unnest($4::text[], $5::text[]))
                  and not exists (
                      select from {tables.Delivery} ahead
                      where ahead.stream_hash = d.stream_hash and ahead.stream = d.stream
                        and ahead.handler in (d.handler, '') and ahead.position < d.position)
                order by d.due_at
                limit $1) d
            order by d.position, d.handler
            limit $1) c
        join {tables.Log} o on o.position = c.position
        order by c.position, c.handler
        """;

    /// <summary>Partitions: the seconds until something is due, and whether something is.</summary>
    public string Due { get; } = $"select {DueOf(tables)}";

    /// <summary>Partitions, the lowest position to look at: the same, and how far it is safe to look no more. Not the snapshot's xmax, which running transactions may have passed: it is one behind the last that is over.</summary>
    public string DueAndFloor { get; } = $"""
        select {DueOf(tables)},
            (select o.position from {tables.Outbox} o where o.position >= $2 and {PartitionKeys.Slot("o")} = any($1::smallint[]) order by o.position limit 1),
            pg_snapshot_xmin(s), pg_current_xact_id()
        from pg_current_snapshot() s
        """;

    private const int Dead = (int)DeliveryState.Dead;

    /// <summary>A set of bits, which is faster to look into than an array. Not by the index, as 64 rows on one page are read faster than found.</summary>
    private static string OwnedOf(OutboxTables tables) =>
        $"select bit_or(1::bigint << p.partition) from {tables.Partition} p where p.owner = $2 and p.partition + 0 = any($3::smallint[])";

    private static string DueOf(OutboxTables tables) => $"""
        (select extract(epoch from d.due_at - clock_timestamp())::float8 from {tables.Delivery} d
         where d.state <> {Dead} and d.due_at > now() and d.due_at < 'infinity' and d.partition = any($1::smallint[])
         order by d.due_at limit 1),
        exists (select from {tables.Delivery} d where d.due_at <= now() and d.due_at < 'infinity')
        """;

    /// <summary>
    /// The handlers that have something ahead of an event in its stream; nothing is looked up as long as there are no deliveries at
    /// all. It skips from handler to handler, as one may have thousands of events waiting.
    /// </summary>
    private static string Blocked(OutboxTables tables, string alias)
    {
        var ahead = $"""
            from {tables.Delivery} d where d.stream_hash = hashtextextended({alias}.stream, 0) and d.stream = {alias}.stream and d.position < {alias}.position
            """;
        return $"""
            case when (select exists (select from {tables.Delivery})) then array(
                with recursive ahead as (
                    (select d.handler {ahead} order by d.handler limit 1)
                    union all
                    select (select d.handler {ahead} and d.handler > ahead.handler order by d.handler limit 1) from ahead where ahead.handler is not null)
                select handler from ahead where handler is not null)
            end
            """;
    }
}
