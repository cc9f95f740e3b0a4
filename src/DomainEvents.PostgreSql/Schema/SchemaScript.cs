using DomainEvents.Outbox;

namespace DomainEvents.PostgreSql;

/// <summary>The tables as SQL. Comments in it are for those who deploy it.</summary>
internal static class SchemaScript
{
    public static string Of(OutboxTables tables) => $"""
        -- The outbox of DomainEvents, for PostgreSQL 13 or later. Creates what is missing; may run again.
        do $$ begin perform pg_advisory_xact_lock(7306070443219456338); end $$; -- no SELECT: migration scripts put it into a block
        {CreateSchema(tables)}
        -- What is not handled yet. tx comes first: a transaction has its number before it draws a position, so that
        -- whoever knows which transactions are over knows below which position nothing can appear any more. The sequence
        -- must go without a cache, which would hand lower positions out later.
        create table if not exists {tables.Outbox} (
            tx          xid8 not null default pg_current_xact_id(),
            position    bigint generated always as identity primary key,
            event_id    uuid not null,
            event_type  text collate "C" not null,
            version     int not null,
            payload     text collate "C" not null,
            metadata    text collate "C",
            tenant_id   text collate "C",
            stream      text collate "C" not null,
            partition   smallint not null,
            occurred_at timestamptz not null,
            stored_at   timestamptz not null default clock_timestamp());

        -- Handled events, for replay, and those of which a delivery is left.
        create table if not exists {tables.Log} (
            position    bigint primary key,
            event_id    uuid not null,
            event_type  text collate "C" not null,
            version     int not null,
            payload     text collate "C" not null,
            metadata    text collate "C",
            tenant_id   text collate "C",
            stream      text collate "C" not null,
            partition   smallint not null,
            occurred_at timestamptz not null,
            stored_at   timestamptz not null);

        -- What is left of events: for handlers that failed, or wait behind a failure, or for a relay that has them.
        -- state: 0 waiting, 1 due, 2 dead, 3 parked. due_at is infinite for what is dead, or waits behind another.
        -- Streams and types may have long names, which no index takes: of a stream the hash is indexed, of a type the first
        -- 201 characters are here, one more than a type may have that anybody knows.
        create table if not exists {tables.Delivery} (
            position    bigint not null,
            handler     text collate "C" not null,
            stream      text collate "C" not null,
            stream_hash bigint generated always as (hashtextextended(stream, 0)) stored,
            partition   smallint not null,
            event_type  text collate "C" not null,
            version     int not null,
            state       smallint not null,
            attempts    int not null,
            due_at      timestamptz not null,
            error       text collate "C",
            changed_at  timestamptz not null default clock_timestamp(),
            primary key (position, handler));
        create index if not exists domain_event_delivery_stream on {tables.Delivery} (stream_hash, handler, position);
        create index if not exists domain_event_delivery_runnable on {tables.Delivery} (event_type, handler, due_at, version) where due_at < 'infinity';
        create index if not exists domain_event_delivery_due on {tables.Delivery} (due_at) where due_at < 'infinity';

        create table if not exists {tables.Partition} (
            partition     smallint primary key,
            owner         text collate "C",
            epoch         bigint not null default 0,
            lease_until   timestamptz not null default '-infinity',
            noted         bigint,
            interruptions int not null default 0);
        insert into {tables.Partition} (partition)
        select number from generate_series(0, {OutboxMessage.PartitionCount - 1}) number on conflict do nothing;

        create table if not exists {tables.Relay} (
            instance    text collate "C" primary key,
            lease_until timestamptz not null);

        create table if not exists {tables.Handler} (
            name       text collate "C" not null,
            event_type text collate "C" not null,
            live_until timestamptz not null,
            primary key (event_type, name));

        create table if not exists {tables.Checkpoint} (
            projection text collate "C" primary key,
            position   bigint not null,
            tx         xid8,
            state      text);

        create table if not exists {tables.Inbox} (
            handler    text collate "C" not null,
            event_id   uuid not null,
            handled_at timestamptz not null default clock_timestamp(),
            primary key (handler, event_id));
        """;

    /// <summary>"create schema if not exists" asks for the right to create one although it is there.</summary>
    private static string CreateSchema(OutboxTables tables)
    {
        if (tables.Schema is not { } schema)
        {
            return "";
        }

        var quote = "$domain_events$";
        while (schema.Contains(quote, StringComparison.Ordinal))
        {
            quote = quote.Insert(1, "_");
        }

        return $"""

            do {quote}
            begin
                if not exists (select from pg_namespace where nspname = {Literal(tables.SchemaName!)}) then
                    create schema {schema};
                end if;
            end
            {quote};

            """;
    }

    // E'' reads a backslash the same way whatever standard_conforming_strings says.
    private static string Literal(string text) =>
        $"E'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";
}
