using DomainEvents.Outbox;
using Npgsql;

namespace DomainEvents.PostgreSql;

/// <summary>What an operator sees and does. Stateless.</summary>
internal sealed class OperationCommands(OutboxTables tables, ExchangeStatements statements, bool keepHistory)
{
    private const int Waiting = (int)DeliveryState.Waiting;
    private const int Due = (int)DeliveryState.Due;
    private const int Dead = (int)DeliveryState.Dead;
    private const int Parked = (int)DeliveryState.Parked;
    private const int PageSize = 200;

    /// <summary>Whether a delivery waits for something that nobody has.</summary>
    private readonly string _isStranded = $"""
        (d.state = {Parked} or d.state in ({Waiting}, {Due}) and d.handler <> '' and not exists (
            select from {tables.Handler} h where h.event_type = d.event_type and h.name = d.handler and h.live_until >= clock_timestamp()))
        """;

    public async ValueTask<OutboxStatus> GetStatusAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(
            $"""
            select pending.*, failed.* from
                (select count(*), extract(epoch from clock_timestamp() - min(stored_at))::float8 from {tables.Outbox}) pending,
                (select count(*) filter (where d.state <> {Dead} and not {_isStranded}), count(*) filter (where d.state = {Dead}), count(*) filter (where {_isStranded})
                 from {tables.Delivery} d) failed
            """,
            connection);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                return new OutboxStatus(
                    Pending: reader.GetInt64(0),
                    Retrying: reader.GetInt64(2),
                    Dead: reader.GetInt64(3),
                    Parked: reader.GetInt64(4),
                    OldestPendingAge: reader.IsDBNull(1) ? null : TimeSpan.FromSeconds(Math.Max(0, reader.GetDouble(1))));
            }
        }
    }

    /// <summary>Those behind a place, as many as fit in a page.</summary>
    public async ValueTask<List<DeadLetter>> GetDeadLettersAsync(
        NpgsqlConnection connection, (long Position, string Handler) after, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(
            $"""
            select d.position, d.handler, left(l.event_type, {OutboxTables.IndexedTypeLength}), l.event_id, d.attempts, coalesce(d.error, ''), d.changed_at
            from {tables.Delivery} d join {tables.Log} l on l.position = d.position
            where d.state = {Dead} and (d.position, d.handler) > ($1, $2)
            order by d.position, d.handler limit {PageSize}
            """,
            connection)
        {
            Parameters = { Statement.Parameter(after.Position), Statement.Parameter(after.Handler) },
        };
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var page = new List<DeadLetter>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    page.Add(new DeadLetter(
                        reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetGuid(3), reader.GetInt32(4),
                        reader.GetString(5), reader.GetFieldValue<DateTimeOffset>(6)));
                }

                return page;
            }
        }
    }

    public ValueTask<bool> RequeueAsync(NpgsqlConnection connection, long position, string handler, CancellationToken cancellationToken) =>
        IsDoneAsync(
            new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    Statement.Of(
                        $"""
                        update {tables.Delivery} set state = {Due}, attempts = 0, due_at = clock_timestamp(), changed_at = clock_timestamp()
                        where position = $1 and handler = $2 and state = {Dead}
                        """,
                        position,
                        handler),
                },
            },
            index: 0,
            cancellationToken);

    public ValueTask<bool> DiscardAsync(NpgsqlConnection connection, long position, string handler, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                // An exchange that adds to the same stream meanwhile must see it gone, or be seen by the promotion.
                Statement.Of(
                    $"""
                    select p.partition from {tables.Partition} p
                    where p.partition = (select d.partition from {tables.Delivery} d where d.position = $1 and d.handler = $2) for no key update
                    """,
                    position,
                    handler),
                Statement.Of(
                    $"delete from {tables.Delivery} d where d.position = $1 and d.handler = $2 and (d.state = {Dead} or d.state = {Waiting} and d.handler = '' or {_isStranded})",
                    position,
                    handler),
                Statement.Of(statements.Promote, new[] { position }),
            },
        };
        if (!keepHistory)
        {
            batch.BatchCommands.Add(Statement.Of(statements.Forget, new[] { position }));
        }

        return IsDoneAsync(batch, index: 1, cancellationToken);
    }

    /// <summary>Positions ascend with the time: behind the first that is too young, or has no place below the limit, nothing needs to be looked at.</summary>
    public async ValueTask<int> PurgeAsync(NpgsqlConnection connection, TimeSpan olderThan, int limit, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(
            $"""
            delete from {tables.Log} where position = any(array(
                select oldest.position
                from (
                    select l.position, l.stored_at from {tables.Log} l
                    where not exists (select from {tables.Delivery} d where d.position = l.position)
                    order by l.position limit $2) oldest
                where oldest.stored_at < clock_timestamp() - $1 * interval '1 second'))
            """,
            connection)
        {
            Parameters = { Statement.Parameter(olderThan.TotalSeconds), Statement.Parameter((long)limit) },
        };
        await using (command.ConfigureAwait(false))
        {
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether one of the statements has found its row.</summary>
    private static async ValueTask<bool> IsDoneAsync(NpgsqlBatch batch, int index, CancellationToken cancellationToken)
    {
        await using (batch.ConfigureAwait(false))
        {
            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return batch.BatchCommands[index].RecordsAffected > 0;
        }
    }
}
