namespace DomainEvents.Outbox.Conformance;

/// <summary>A relay that does nothing by itself: it says to a store what a relay would say.</summary>
public sealed class TestRelay(IOutboxStore store, string name, params HandlerAnnouncement[] handlers)
{
    public string Name => name;

    public IReadOnlyList<OwnedPartition> Owned { get; set; } = [];

    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromMinutes(10);

    public bool KeepHistory { get; set; } = true;

    public IReadOnlyDictionary<string, int> EventTypes { get; set; } =
        handlers.Select(handler => handler.EventType).Distinct().ToDictionary(type => type, _ => 1);

    public Task<RelayLease> RenewAsync() => RenewAsync(isLeaving: false);

    public async Task<RelayLease> RenewAsync(bool isLeaving)
    {
        var lease = await store.RenewAsync(new RelayRenewal(name, Owned, handlers, LeaseDuration, isLeaving));
        Owned = [.. lease.Partitions.Select(partition => partition.Owned)];
        return lease;
    }

    public Task<OutboxExchangeResult> ReadAsync(int limit = 100, params string[] busyStreams) =>
        ExchangeAsync(exchange => exchange with { Read = Read() with { Limit = limit, BusyStreams = busyStreams } });

    /// <summary>Reads the events in the outbox, by position.</summary>
    public async Task<IReadOnlyList<OutboxEntry>> ReadEventsAsync() => (await ReadAsync()).Events;

    /// <summary>Reads the deliveries that are due, by position.</summary>
    public async Task<IReadOnlyList<OutboxEntry>> ReadDeliveriesAsync() => (await ReadAsync()).Deliveries;

    /// <summary>Acknowledges one event or delivery, with what is left of it.</summary>
    public Task<OutboxExchangeResult> AcknowledgeAsync(OutboxEntry entry, params Delivery[] left) =>
        ExchangeAsync(exchange => exchange with
        {
            Fence = Fence(entry.Message.Partition),
            Acknowledgements = [Acknowledgement(entry, left)],
        });

    /// <summary>Acknowledges several, with nothing left of them.</summary>
    public Task<OutboxExchangeResult> AcknowledgeAllAsync(IReadOnlyList<OutboxEntry> entries) =>
        ExchangeAsync(exchange => exchange with
        {
            Fence = Fence([.. entries.Select(entry => entry.Message.Partition)]),
            Acknowledgements = [.. entries.Select(entry => Acknowledgement(entry))],
        });

    /// <summary>Says which event is about to be tried.</summary>
    public Task<OutboxExchangeResult> NoteAsync(OutboxEntry entry) =>
        ExchangeAsync(exchange => exchange with
        {
            Fence = Fence(entry.Message.Partition),
            Note = (entry.Message.Partition, entry.Message.Position),
        });

    public Task ReleaseAsync(bool leaves, params OwnedPartition[] partitions) =>
        store.ReleaseAsync(name, partitions.Length == 0 ? Owned : partitions, leaves).AsTask();

    public async Task<OutboxExchangeResult> ExchangeAsync(Func<OutboxExchange, OutboxExchange> change) =>
        await store.ExchangeAsync(change(new OutboxExchange { Relay = name, Handlers = handlers, KeepHistory = KeepHistory }));

    public OutboxRead Read() => new()
    {
        Partitions = [.. Owned.Select(owned => owned.Partition)],
        EventTypes = EventTypes,
        Limit = 100,
    };

    public IReadOnlyList<OwnedPartition> Fence(params int[] partitions) =>
        [.. partitions.Distinct().Select(partition => Owned.Single(owned => owned.Partition == partition))];

    public static Acknowledgement Acknowledgement(OutboxEntry entry, params Delivery[] left) => new()
    {
        Position = entry.Message.Position,
        Partition = entry.Message.Partition,
        Handler = entry.Handler,
        Attempts = entry.Attempts,
        Left = left,
    };
}
