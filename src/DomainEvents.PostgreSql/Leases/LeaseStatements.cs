using DomainEvents.Outbox;

namespace DomainEvents.PostgreSql;

/// <summary>How relays share the partitions out. Rows are locked in the order of their keys wherever several are, so that nobody waits in a circle.</summary>
internal sealed class LeaseStatements(OutboxTables tables)
{
    /// <summary>Name, lease in seconds.</summary>
    public string Join { get; } = $"""
        insert into {tables.Relay} (instance, lease_until) values ($1, clock_timestamp() + $2 * interval '1 second')
        on conflict (instance) do update set lease_until = excluded.lease_until
        """;

    /// <summary>Two relays that were both silent for long must not wait for each other's row.</summary>
    public string Forget { get; } = $"""
        delete from {tables.Relay} where instance in (select instance from {tables.Relay} where lease_until < clock_timestamp() for update skip locked)
        """;

    /// <summary>Names, types, seconds. A shorter lease of one relay takes nothing from what another has announced.</summary>
    public string Announce { get; } = $"""
        insert into {tables.Handler} as known (name, event_type, live_until)
        select name, event_type, clock_timestamp() + $3 * interval '1 second' from unnest($1::text[], $2::text[]) announced(name, event_type)
        order by event_type collate "C", name collate "C"
        on conflict (event_type, name) do update set live_until = greatest(known.live_until, excluded.live_until)
        """;

    /// <summary>Name, keys, lease in seconds.</summary>
    public string Prolong { get; } = $"""
        with mine as materialized (
            select partition from {tables.Partition} where owner = $1 and {Key("")} = any($2::bigint[]) order by partition for no key update)
        update {tables.Partition} p set lease_until = clock_timestamp() + $3 * interval '1 second' from mine where p.partition = mine.partition
        returning p.partition, p.epoch
        """;

    /// <summary>
    /// Name, keys, lease in seconds. Locks no more than it takes, so that two who come at once both get something. What a lease that
    /// ran out leaves behind is told to the new owner, and counted, unless that is the old one: it is alive, so nothing has ended it.
    /// </summary>
    public string TakeOver { get; } = $"""
        with share as (
            select ({OutboxMessage.PartitionCount} + count(*) - 1) / greatest(count(*), 1) as size from {tables.Relay} where lease_until >= clock_timestamp()),
        mine as materialized (
            select partition from {tables.Partition} where owner = $1 and {Key("")} = any($2::bigint[])),
        free as materialized (
            select partition, owner is not null as is_interrupted, owner <> $1 as is_silent from {tables.Partition}
            where (owner is null or owner = $1 or lease_until < clock_timestamp()) and partition not in (select partition from mine)
            order by partition
            limit greatest(0, (select size from share) - (select count(*) from mine))
            for no key update skip locked),
        taken as (
            update {tables.Partition} p
            set owner = $1, epoch = p.epoch + 1, lease_until = clock_timestamp() + $3 * interval '1 second',
                interruptions = p.interruptions + case when free.is_silent and p.noted is not null then 1 else 0 end
            from free where p.partition = free.partition
            returning p.partition, p.epoch, free.is_interrupted, p.noted, p.interruptions)
        select share.size, taken.partition, taken.epoch, taken.is_interrupted, taken.noted, taken.interruptions
        from share left join taken on true order by taken.partition
        """;

    /// <summary>Name, keys.</summary>
    public string GiveBack { get; } = $"""
        with mine as materialized (
            select partition from {tables.Partition} where owner = $1 and {Key("")} = any($2::bigint[]) order by partition for no key update)
        update {tables.Partition} p set owner = null, noted = null, interruptions = 0 from mine where p.partition = mine.partition
        """;

    /// <summary>Name.</summary>
    public string Leave { get; } = $"delete from {tables.Relay} where instance = $1";

    /// <summary>A partition at an epoch as one number, as <see cref="PartitionKeys.Of"/> makes it.</summary>
    public static string Key(string alias) => $"({alias}epoch * {OutboxMessage.PartitionCount} + {alias}partition)";
}
