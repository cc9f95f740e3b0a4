using System.Data.Common;
using DomainEvents.Outbox.Registration;
using DomainEvents.Outbox.Relay;
using DomainEvents.Outbox.Serialization;
using DomainEvents.Transactions;
using Microsoft.Extensions.Options;

namespace DomainEvents.Outbox.Writing;

/// <summary>Turns the events of transactions into rows of the outbox.</summary>
internal sealed class OutboxWriter(
    OutboxStoreSource stores, EventSerializer serializer, OutboxSignal signal, IOptions<OutboxOptions> options, IOutboxSchema? schema = null) : IEventOutbox
{
    public void ThrowIfUnknown(IDomainEvent domainEvent) => serializer.TypeOf(domainEvent);

    public void ThrowIfForeign(DbTransaction transaction)
    {
        if (transaction.Connection is { } connection && !stores.Store.Accepts(connection))
        {
            throw new ArgumentException(
                $"The transaction is one of {TypeNames.FullName(transaction.GetType())}, which is not of the database that the outbox is in: " +
                "its events could not be stored with its data. Enlist transactions of the outbox's database only.",
                nameof(transaction));
        }
    }

    public void ThrowIfForeign(DbConnection connection)
    {
        if (!stores.Store.Accepts(connection))
        {
            throw new InvalidOperationException(
                $"The context saves over a {TypeNames.FullName(connection.GetType())}, which is not of the database that the outbox is in: its " +
                "events could not be stored with its rows. AddEntityFrameworkOutbox is for contexts on the outbox's database only.");
        }
    }

    public ValueTask WriteAsync(IReadOnlyList<BufferEntry> entries, DbTransaction? transaction, bool synchronous) =>
        stores.Store.WriteAsync(Messages(entries), transaction, synchronous, CancellationToken.None);

    public void AddInsert(DbCommand command, IReadOnlyList<BufferEntry> entries) => stores.Store.AddInsert(command, Messages(entries));

    public void Committed() => signal.Committed();

    public string Script(string? expected)
    {
        if (schema is null)
        {
            throw new InvalidOperationException("The store of the outbox registers no IOutboxSchema, so that nobody can say what its tables are.");
        }

        return string.Equals(options.Value.Schema, expected, StringComparison.Ordinal) ? schema.Script() : throw new InvalidOperationException(
            $"AddOutbox puts the tables of the outbox into {Named(expected)}, but OutboxOptions.Schema means {Named(options.Value.Schema)}. Give both the same name.");
    }

    private static string Named(string? name) => name is null ? "no particular schema" : $"the schema '{name}'";

    private OutboxMessage[] Messages(IReadOnlyList<BufferEntry> entries)
    {
        var metadata = EventMetadata.Current();
        var messages = new OutboxMessage[entries.Count];
        for (var i = 0; i < messages.Length; i++)
        {
            messages[i] = Message(entries[i], metadata);
        }

        return messages;
    }

    private OutboxMessage Message(BufferEntry entry, string? metadata)
    {
        var domainEvent = entry.Event!;
        var type = serializer.TypeOf(domainEvent);
        var stream = EventStream.Of(entry);
        return new OutboxMessage
        {
            EventId = domainEvent.EventId,
            EventType = type.Name,
            Version = type.Version,
            Payload = serializer.Write(domainEvent, type),
            Metadata = metadata,
            TenantId = (domainEvent as DomainEvent)?.TenantId,
            Stream = stream,
            Partition = EventStream.PartitionOf(stream),
            OccurredAt = domainEvent.OccurredAt,
        };
    }
}
