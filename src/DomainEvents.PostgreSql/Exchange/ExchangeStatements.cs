using DomainEvents.Outbox;

namespace DomainEvents.PostgreSql;

/// <summary>What an exchange is made of: acknowledgements. They go in one round trip and one transaction, in the order in which they stand here.</summary>
internal sealed class ExchangeStatements(OutboxTables tables)
{
    /// <summary>
    /// Name, keys: what of them is owned, as a set of bits. It stays so until the transaction ends, and two exchanges of one relay, of
    /// which it has given up one, do not overlap. It also says how the following statements are planned: once a connection, and along
    /// the indexes. A plan made while the outbox was empty would else read all of it, sorted, when a million events are in it.
    /// </summary>
    public string Fence { get; } = $"""
        select bit_or(1::bigint << fenced.partition), (
            select set_config('plan_cache_mode', 'force_generic_plan', true) || set_config('enable_sort', 'off', true)
                || set_config('enable_seqscan', 'off', true) || set_config('jit', 'off', true))
        from (select p.partition from {tables.Partition} p where {Owned} order by p.partition for no key update) fenced
        """;

    /// <summary>
    /// Name, keys, positions, names and types of the relay's handlers: events of which nothing is left, into the log. Says whether
    /// other live relays have handlers that this one lacks; then it does nothing.
    /// </summary>
    public string AcknowledgeAndLog { get; } = $"""
        {AcknowledgeNothingLeft(tables, $"returning {OutboxTables.Columns("o")}")},
        logged as (insert into {tables.Log} ({OutboxTables.ColumnList}) select * from gone)
        select is_any from lacking
        """;

    /// <summary>The same, where no history is kept.</summary>
    public string AcknowledgeAndForget { get; } = $"""
        {AcknowledgeNothingLeft(tables, "")}
        select is_any from lacking
        """;

    /// <summary>
    /// Everything that was read: name, keys, positions of events, whether to keep history, names and types of the relay's
    /// handlers; positions, handlers and attempts of deliveries; and of what is left the positions, the handlers of the
    /// deliveries that it is left of (none for events), handlers, states, attempts, delays in seconds and errors.
    /// </summary>
    public string AcknowledgeWithRest { get; } = $"""
        with owned as materialized (select p.partition from {tables.Partition} p where {Owned}),
        gone as (
            delete from {tables.Outbox} o where o.position = any($3::bigint[]) and {PartitionKeys.Slot("o")} = any(array(select partition from owned))
            returning {OutboxTables.Columns("o")}),
        done as (
            delete from {tables.Delivery} d using unnest($7::bigint[], $8::text[], $9::int[]) a(position, handler, attempts)
            where d.position = a.position and d.handler = a.handler and d.attempts = a.attempts and d.state <> {Dead}
              and d.partition = any(array(select partition from owned))
            returning d.position, d.handler, d.stream, d.partition, d.event_type, d.version),
        freed as materialized (
            select position, null::text as source, stream, {PartitionKeys.Slot("gone")} as partition, event_type, version from gone
            union all
            select position, handler, stream, partition, event_type, version from done),
        named as materialized (
            select * from unnest($10::bigint[], $11::text[], $12::text[], $13::smallint[], $14::int[], $15::float8[], $16::text[])
                named(position, source, handler, state, attempts, delay, error)),
        missing as materialized ({Missing(tables, 5)}),
        rest as materialized (
            select f.position, f.stream, f.partition, f.event_type, f.version, n.handler, n.state, n.attempts, n.delay, n.error
            from freed f join named n on n.position = f.position and n.source is not distinct from f.source
            union all
            select f.position, f.stream, f.partition, f.event_type, f.version, m.name, {Waiting}, 0, 0, null
            from freed f join missing m on m.event_type = f.event_type
            where coalesce(f.source, '') = '' and not exists (
                select from named n where n.position = f.position and n.source is not distinct from f.source and n.handler in ('', m.name))),
        logged as (
            insert into {tables.Log} ({OutboxTables.ColumnList})
            select * from gone where $4 or position in (select position from rest)
            on conflict (position) do nothing),
        unnoted as (
            update {tables.Partition} p set noted = null, interruptions = 0 where p.noted in (select position from freed))
        insert into {tables.Delivery} ({DeliveryColumns})
        select r.position, r.handler, r.stream, r.partition, left(r.event_type, {OutboxTables.IndexedTypeLength}), r.version, r.state, r.attempts,
            case r.state
                when {Dead} then timestamptz 'infinity'
                when {Due} then now() + r.delay * interval '1 second'
                else {DueAt(tables, "r", "r.handler")} end,
            r.error
        from rest r
        on conflict (position, handler) do update
        set state = excluded.state, attempts = excluded.attempts, due_at = excluded.due_at, error = excluded.error, changed_at = excluded.changed_at
        """;

    /// <summary>Positions of deliveries that are gone: what waited behind them is looked at from now on.</summary>
    public string Promote { get; } = $"""
        with recursive streams as (select distinct l.stream from {tables.Log} l where l.position = any($1::bigint[])),
        heads as (
            select s.stream, f.handler, f.position
            from streams s cross join lateral (
                select d.handler, d.position from {tables.Delivery} d
                where d.stream_hash = hashtextextended(s.stream, 0) and d.stream = s.stream
                order by d.handler, d.position limit 1) f
            union all
            select h.stream, f.handler, f.position
            from heads h cross join lateral (
                select d.handler, d.position from {tables.Delivery} d
                where d.stream_hash = hashtextextended(h.stream, 0) and d.stream = h.stream and d.handler > h.handler
                order by d.handler, d.position limit 1) f)
        update {tables.Delivery} d set due_at = now()
        from heads h where d.position = h.position and d.handler = h.handler and d.due_at = 'infinity' and d.state <> {Dead}
        """;

    /// <summary>Positions: where no history is kept an event is in the log as long as a delivery of it is left.</summary>
    public string Forget { get; } = $"""
        delete from {tables.Log} l where l.position = any($1::bigint[]) and not exists (select from {tables.Delivery} d where d.position = l.position)
        """;

    /// <summary>Name, keys, position: what is about to be tried.</summary>
    public string Note { get; } = $"""
        update {tables.Partition} p
        set noted = $3, interruptions = case when p.noted = $3 then p.interruptions else 0 end
        where {Owned} and p.partition = $4
        """;

    private const int Waiting = (int)DeliveryState.Waiting;

    private const int Due = (int)DeliveryState.Due;

    private const int Dead = (int)DeliveryState.Dead;

    private const string DeliveryColumns = "position, handler, stream, partition, event_type, version, state, attempts, due_at, error";

    /// <summary>Not by the index, as 64 rows on one page are read faster than found.</summary>
    private static string Owned { get; } = $"p.owner = $1 and {LeaseStatements.Key("p.")} = any($2::bigint[])";

    private static string AcknowledgeNothingLeft(OutboxTables tables, string returning) => $"""
        with lacking as materialized (select exists ({Missing(tables, 4)}) as is_any),
        unnoted as (
            update {tables.Partition} p set noted = null, interruptions = 0
            where p.noted is not null and p.noted = any($3::bigint[]) and {Owned} and not (select is_any from lacking)),
        gone as (
            delete from {tables.Outbox} o
            where o.position = any($3::bigint[]) and not (select is_any from lacking)
              and {PartitionKeys.Bit("o")} & (select bit_or(1::bigint << p.partition) from {tables.Partition} p where {Owned}) <> 0
            {returning})
        """;

    /// <summary>What live relays announce and this one does not have.</summary>
    private static string Missing(OutboxTables tables, int parameter) => $"""
        select h.name, h.event_type from {tables.Handler} h
        where h.live_until >= clock_timestamp() and (h.name, h.event_type) not in (select * from unnest(${parameter}::text[], ${parameter + 1}::text[]))
        """;

    /// <summary>
    /// When what waits is looked at: never, if something of its handler and its stream is ahead of it; that looks after it then. So a
    /// read does not meet the thousands that may wait behind one dead letter. Otherwise now, which is the same for the read that follows.
    /// </summary>
    private static string DueAt(OutboxTables tables, string alias, string handler) => $"""
        case when row_number() over (partition by {alias}.stream, {handler} order by {alias}.position) > 1 or exists (
            select from {tables.Delivery} ahead
            where ahead.stream_hash = hashtextextended({alias}.stream, 0) and ahead.stream = {alias}.stream
              and ahead.handler = {handler} and ahead.position < {alias}.position)
        then timestamptz 'infinity' else now() end
        """;
}
