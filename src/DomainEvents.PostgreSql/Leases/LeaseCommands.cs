using DomainEvents.Outbox;
using Npgsql;

namespace DomainEvents.PostgreSql;

/// <summary>Membership and ownership, each in one round trip. Stateless.</summary>
internal sealed class LeaseCommands(OutboxTables tables)
{
    /// <summary>So many leases long a relay's handlers are believed to be there: a process that restarts is missed only briefly.</summary>
    private const int AnnouncementLeases = 3;

    private readonly LeaseStatements _statements = new(tables);

    public async ValueTask<RelayLease> RenewAsync(NpgsqlConnection connection, RelayRenewal renewal, CancellationToken cancellationToken)
    {
        var keys = PartitionKeys.Of(renewal.Owned);
        var lease = renewal.LeaseDuration.TotalSeconds;
        var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                renewal.IsLeaving ? Statement.Of(_statements.Leave, renewal.Relay) : Statement.Of(_statements.Join, renewal.Relay, lease),
                Statement.Of(_statements.Forget),
                Statement.Of(
                    _statements.Announce,
                    renewal.Handlers.Select(handler => handler.Handler).ToArray(),
                    renewal.Handlers.Select(handler => handler.EventType).ToArray(),
                    lease * AnnouncementLeases),
                Statement.Of(_statements.Prolong, renewal.Relay, keys, lease),
            },
        };
        if (!renewal.IsLeaving)
        {
            batch.BatchCommands.Add(Statement.Of(_statements.TakeOver, renewal.Relay, keys, lease));
        }

        await using (batch.ConfigureAwait(false))
        {
            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var partitions = new List<LeasedPartition>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    partitions.Add(new LeasedPartition(new OwnedPartition(reader.GetInt16(0), reader.GetInt64(1)), IsNew: false, Interruption: null));
                }

                await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                var share = 0;
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    share = (int)reader.GetInt64(0);
                    if (!reader.IsDBNull(1))
                    {
                        partitions.Add(ReadTaken(reader));
                    }
                }

                // Only behind the last result is it known that the transaction has been committed.
                while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
                {
                }

                return new RelayLease(partitions, share);
            }
        }
    }

    public async ValueTask<bool> ReleaseAsync(
        NpgsqlConnection connection, string relay, IReadOnlyList<OwnedPartition> partitions, bool leaves, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { BatchCommands = { Statement.Of(_statements.GiveBack, relay, PartitionKeys.Of(partitions)) } };
        if (leaves)
        {
            batch.BatchCommands.Add(Statement.Of(_statements.Leave, relay));
        }

        await using (batch.ConfigureAwait(false))
        {
            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
    }

    private static LeasedPartition ReadTaken(NpgsqlDataReader reader)
    {
        var noted = reader.IsDBNull(4) ? (long?)null : reader.GetInt64(4);
        return new LeasedPartition(
            new OwnedPartition(reader.GetInt16(1), reader.GetInt64(2)),
            IsNew: true,
            reader.GetBoolean(3) ? new PartitionInterruption(noted, noted is null ? 0 : reader.GetInt32(5)) : null);
    }
}
