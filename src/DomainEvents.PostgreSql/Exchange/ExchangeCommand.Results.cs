using System.Numerics;
using DomainEvents.Outbox;
using Npgsql;

namespace DomainEvents.PostgreSql;

/// <content>What comes back, in the order in which it was asked.</content>
internal sealed partial class ExchangeCommand
{
    private async ValueTask<Results> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var results = new Results
        {
            Lost = await ReadLostAsync(reader, cancellationToken).ConfigureAwait(false),
            IsAcknowledgementRefused = IsFast && await ReadIsRefusedAsync(reader, cancellationToken).ConfigureAwait(false),
        };
        if (exchange.Read is null)
        {
            await EndAsync(reader, cancellationToken).ConfigureAwait(false);
            return results;
        }

        results.Events = await ReadEventsAsync(reader, cancellationToken).ConfigureAwait(false);
        if (memory.HasDeliveries)
        {
            results.Deliveries = await ReadDeliveriesAsync(reader, cancellationToken).ConfigureAwait(false);
        }

        await ReadDueAsync(reader, results, cancellationToken).ConfigureAwait(false);
        return results;
    }

    private async ValueTask ReadDueAsync(NpgsqlDataReader reader, Results results, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        results.NextDue = reader.IsDBNull(0) ? null : TimeSpan.FromSeconds(Math.Max(0, reader.GetDouble(0)));
        results.HasDeliveries = reader.GetBoolean(1);
        var isRaised = reader.FieldCount > 2;
        var (first, oldest, next) = isRaised
            ? (reader.IsDBNull(2) ? (long?)null : reader.GetInt64(2), reader.GetFieldValue<ulong>(3), reader.GetFieldValue<ulong>(4))
            : default;
        await EndAsync(reader, cancellationToken).ConfigureAwait(false);

        // Not before the end: what is not committed has not happened.
        var floor = memory.Floor;
        if (isRaised)
        {
            floor.Raise(first, oldest, next);
        }

        floor.Acknowledged(exchange.Acknowledgements.Count);
        if (results.Events.Count > 0)
        {
            floor.Seen(results.Events[^1].Message.Position);
        }
    }

    private async ValueTask<IReadOnlyList<int>> ReadLostAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var owned = reader.IsDBNull(0) ? 0 : reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        return BitOperations.PopCount((ulong)owned) == _keys.Length
            ? []
            : [.. exchange.Fence.Select(fenced => fenced.Partition).Where(partition => (owned & (1L << partition)) == 0)];
    }

    private static async ValueTask<bool> ReadIsRefusedAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var isRefused = reader.GetBoolean(0);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        return isRefused;
    }

    private async ValueTask<List<OutboxEntry>> ReadEventsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var entries = new List<OutboxEntry>(Math.Min(exchange.Read!.Limit, 1024));
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            entries.Add(EventRow.Read(reader));
        }

        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
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

        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        return entries;
    }

    /// <summary>Only behind the last result is it known that the transaction has been committed; disposing of the reader does not say.</summary>
    private static async ValueTask EndAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
        }
    }

    private sealed record Results
    {
        public static Results NotAcknowledged { get; } = new() { IsAcknowledgementRefused = true };

        public IReadOnlyList<int> Lost { get; set; } = [];

        /// <summary>Whether nothing was acknowledged, as other relays have handlers that this one lacks.</summary>
        public bool IsAcknowledgementRefused { get; set; }

        public List<OutboxEntry> Events { get; set; } = [];

        /// <summary><see langword="null"/> if they were not read.</summary>
        public List<OutboxEntry>? Deliveries { get; set; }

        public bool HasDeliveries { get; set; }

        public TimeSpan? NextDue { get; set; }
    }
}
