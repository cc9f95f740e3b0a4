using DomainEvents.Outbox;
using DomainEvents.Sqlite.Connections;

namespace DomainEvents.Sqlite.Storage;

/// <content>What a relay writes and reads.</content>
internal sealed partial class SqliteOutboxStore
{
    public async ValueTask<OutboxExchangeResult> ExchangeAsync(OutboxExchange exchange, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return exchange.Acknowledgements.Count > 0 || exchange.Note is not null
            ? await _sessions.WriteAsync(session => Exchange(session, exchange), cancellationToken).ConfigureAwait(false)
            : _sessions.Read(session => Exchange(session, exchange));
    }

    private static OutboxExchangeResult Exchange(Session session, OutboxExchange exchange)
    {
        var owned = Slot.Of(session, exchange.Relay);
        var lost = exchange.Fence.Where(fenced => !owned.TryGetValue(fenced.Partition, out var slot) || slot.Owned != fenced)
            .Select(fenced => fenced.Partition).ToList();
        var acknowledgements = exchange.Acknowledgements.Where(acknowledgement => !lost.Contains(acknowledgement.Partition)).ToList();
        if (acknowledgements.Count > 0)
        {
            new AcknowledgementWriter(session, exchange, owned).Write(acknowledgements);
        }

        if (exchange.Note is { } note && !lost.Contains(note.Partition))
        {
            session.Execute(
                "update domain_event_partition set interruptions = case when noted = @position then interruptions else 0 end, noted = @position where partition = @partition",
                ("@position", note.Position), ("@partition", note.Partition));
        }

        return exchange.Read is { } read
            ? new RelayReader(session, exchange, read, owned.Keys).Read(lost)
            : new OutboxExchangeResult(lost, [], [], null);
    }
}
