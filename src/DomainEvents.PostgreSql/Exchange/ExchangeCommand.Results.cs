using DomainEvents.Outbox;
using Npgsql;

namespace DomainEvents.PostgreSql;

/// <content>What comes back, in the order in which it was asked.</content>
internal sealed partial class ExchangeCommand
{
    private async ValueTask<OutboxExchangeResult> ReadAsync(NpgsqlDataReader reader, long highest, CancellationToken cancellationToken)
    {
        await NextAsync(reader, cancellationToken).ConfigureAwait(false); // behind the settings
        var lost = await ReadLostAsync(reader, cancellationToken).ConfigureAwait(false);
        if (exchange.Read is null)
        {
            await EndAsync(reader, cancellationToken).ConfigureAwait(false);
            return new OutboxExchangeResult(lost, [], [], null);
        }

        var events = await ReadEventsAsync(reader, cancellationToken).ConfigureAwait(false);
        var deliveries = await ReadDeliveriesAsync(reader, cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var nextDue = reader.IsDBNull(0) ? (TimeSpan?)null : TimeSpan.FromSeconds(Math.Max(0, reader.GetDouble(0)));
        var isDue = reader.FieldCount > 1;
        var (first, oldest, next) = isDue
            ? (reader.IsDBNull(1) ? (long?)null : reader.GetInt64(1), reader.GetFieldValue<ulong>(2), reader.GetFieldValue<ulong>(3))
            : default;
        await EndAsync(reader, cancellationToken).ConfigureAwait(false);

        // Not before the end: what is not committed has not happened.
        if (isDue)
        {
            floor.Raise(first, oldest, next, highest);
        }

        floor.Acknowledged(exchange.Acknowledgements.Count);
        if (events.Count > 0)
        {
            floor.Seen(events[^1].Message.Position);
        }

        return new OutboxExchangeResult(lost, events, deliveries, nextDue);
    }

    private async ValueTask<IReadOnlyList<int>> ReadLostAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        if (_fenced.Length == 0)
        {
            return [];
        }

        var owned = 0UL;
        var count = 0;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            owned |= 1UL << reader.GetInt16(0);
            count++;
        }

        await NextAsync(reader, cancellationToken).ConfigureAwait(false);
        return count == _fenced.Length ? [] : [.. exchange.Fence.Select(fenced => fenced.Partition).Where(partition => (owned & (1UL << partition)) == 0)];
    }

    private async ValueTask<List<OutboxEntry>> ReadEventsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var entries = new List<OutboxEntry>(Math.Min(exchange.Read!.Limit, 1024));
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            entries.Add(EventRow.Read(reader));
        }

        await NextAsync(reader, cancellationToken).ConfigureAwait(false);
        return entries;
    }

    private static async ValueTask<List<OutboxEntry>> ReadDeliveriesAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var entries = new List<OutboxEntry>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            entries.Add(EventRow.Read(reader) with
            {
                Handler = reader.GetString(EventRow.FieldCount),
                Attempts = reader.GetInt32(EventRow.FieldCount + 1),
            });
        }

        await NextAsync(reader, cancellationToken).ConfigureAwait(false);
        return entries;
    }

    private static Task<bool> NextAsync(NpgsqlDataReader reader, CancellationToken cancellationToken) => reader.NextResultAsync(cancellationToken);

    /// <summary>Only behind the last result is it known that the transaction has been committed; disposing of the reader does not say.</summary>
    private static async ValueTask EndAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
        }
    }
}
