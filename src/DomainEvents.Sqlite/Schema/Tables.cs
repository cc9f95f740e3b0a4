namespace DomainEvents.Sqlite.Schema;

/// <summary>The tables. What is there already stays as it is.</summary>
internal static class Tables
{
    // What is looked at in every row comes first, and the payload last: a row that is passed over then costs no page of its payload.
    // No checks: they would be compiled into every INSERT of the application.
    private const string Event = """
            partition   integer not null,
            stream      text not null,
            event_type  text not null,
            version     integer not null,
            event_id    text not null,
            occurred_at integer not null,
            stored_at   integer not null{0},
            tenant_id   text,
            metadata    text,
            payload     text not null
        """;

    public static string Script { get; } =
        $"""
        -- The outbox of DomainEvents. May be run again. Times are ticks (100 ns) of UTC since 0001-01-01.
        -- Also run once, outside of a transaction: pragma journal_mode = wal;

        -- Events that are not handled yet. SQLite would use positions again once the table is empty: the next one is therefore above the
        -- last that was deleted as well. That costs a commit half of what "autoincrement" does, which writes a page more.
        create table if not exists domain_event_outbox (
            position    integer primary key,
        {Event.Replace("{0}", $" default ({Sql.Now})", StringComparison.Ordinal)}
        );

        -- Events that have left the outbox: history, and those that deliveries are about.
        create table if not exists domain_event_log (
            position    integer primary key,
        {Event.Replace("{0}", "", StringComparison.Ordinal)}
        );

        -- The last position that has left the outbox, in one row, which comes back if somebody deletes it.
        create table if not exists domain_event_position (
            id       integer primary key,
            position integer not null
        );
        insert into domain_event_position (id, position) values (0, ifnull((select max(position) from domain_event_log), 0))
            on conflict (id) do update set position = excluded.position where position < excluded.position;
        create trigger if not exists domain_event_position_counted after delete on domain_event_outbox begin
            update domain_event_position set position = old.position where id = 0 and position < old.position;
        end;
        create trigger if not exists domain_event_position_kept after delete on domain_event_position begin
            insert or ignore into domain_event_position (id, position) values (old.id, old.position);
        end;

        -- What is left of an event for one handler, or with an empty name for all. States: 0 waiting, 1 due, 2 dead, 3 parked.
        create table if not exists domain_event_delivery (
            id         integer primary key,
            position   integer not null,
            handler    text not null,
            stream     text not null,
            partition  integer not null,
            event_type text not null,
            version    integer not null,
            state      integer not null,
            attempts   integer not null,
            due_at     integer not null,
            failed_at  integer,
            error      text,
            unique (position, handler)
        );
        create index if not exists domain_event_delivery_order on domain_event_delivery (stream, handler, position);
        create index if not exists domain_event_delivery_waiting on domain_event_delivery (event_type, handler, version, stream, position) where state in (0, 3);
        create index if not exists domain_event_delivery_retry on domain_event_delivery (event_type, handler, due_at) where state = 1;
        create index if not exists domain_event_delivery_due on domain_event_delivery (due_at) where state = 1;

        -- Who owns which share of the work. The epoch tells owners apart; noted is the event that an owner is just trying.
        create table if not exists domain_event_partition (
            partition     integer primary key,
            owner         text,
            epoch         integer not null default 0,
            lease_until   integer not null default 0,
            noted         integer,
            interruptions integer not null default 0
        );
        insert or ignore into domain_event_partition (partition)
            with recursive number(n) as (select 0 union all select n + 1 from number where n < 63) select n from number;

        create table if not exists domain_event_relay (
            instance    text primary key,
            lease_until integer not null
        ) without rowid;

        -- Which handlers relays have announced.
        create table if not exists domain_event_handler (
            name       text not null,
            event_type text not null,
            live_until integer not null,
            primary key (name, event_type)
        ) without rowid;

        -- How far projections have come.
        create table if not exists domain_event_checkpoint (
            projection text primary key,
            position   integer not null,
            state      text,
            updated_at integer not null
        ) without rowid;

        -- What handlers that must act once have done.
        create table if not exists domain_event_inbox (
            handler    text not null,
            event_id   text not null,
            handled_at integer not null default ({Sql.Now}),
            primary key (handler, event_id)
        ) without rowid;
        """;
}
