using DomainEvents.Outbox.Relay;

namespace DomainEvents.Outbox.Tests.Simulation;

/// <summary>A database, or the way to it, with a bug that somebody may really write.</summary>
internal static class PlantedBugs
{
    public static TheoryData<string> Names => [.. All.Keys];

    public static IReadOnlyDictionary<string, Func<SimulatedStore>> All { get; } = new Dictionary<string, Func<SimulatedStore>>
    {
        ["what is read is acknowledged before it is handled"] = () => new AcknowledgesWhatIsRead(),
        ["rows are read behind the last position instead of all that are left"] = () => new CursorByLastPosition(),
        ["the fence is not looked at"] = () => new NoFence(),
        ["leases are never renewed"] = () => new NeverRenewed(),
        ["attempts are not counted"] = () => new AttemptsNotCounted(),
        ["a retry does not wait for an earlier one of its stream"] = () => new RetriesOvertake(),
        ["new events do not wait for a failed one of their stream"] = () => new EventsOvertake(),
        ["handlers of other processes are forgotten"] = () => new AnnouncementsForgotten(),
        ["streams that are worked on are read again"] = () => new BusyStreamsRead(),
        ["a crash leaves no note"] = () => new NoNotes(),
        ["failures are forgotten"] = () => new FailuresForgotten(),
        ["a read that is not all of it looks as if it were"] = () => new ShortReads(),
        ["it is not said when the next retry is due"] = () => new NextDueNotSaid(),
    };

    private sealed class AcknowledgesWhatIsRead() : SimulatedStore(Schedule.Partitions)
    {
        public override OutboxExchangeResult Exchange(OutboxExchange exchange)
        {
            var result = base.Exchange(exchange);
            foreach (var entry in result.Events)
            {
                Remove(entry.Message.Position);
            }

            return result;
        }
    }

    private sealed class CursorByLastPosition() : SimulatedStore(Schedule.Partitions)
    {
        private long _last;

        protected override IReadOnlyList<OutboxEntry> ReadEvents(string relay, OutboxRead read)
        {
            List<OutboxEntry> rows = [.. base.ReadEvents(relay, read).Where(entry => entry.Message.Position > _last)];
            _last = rows.Count == 0 ? _last : rows[^1].Message.Position;
            return rows;
        }
    }

    private sealed class NoFence() : SimulatedStore(Schedule.Partitions)
    {
        protected override bool Owns(string relay, OwnedPartition partition) => true;
    }

    private sealed class NeverRenewed() : SimulatedStore(Schedule.Partitions)
    {
        protected override TimeSpan Prolonged(TimeSpan leaseUntil, TimeSpan duration) => leaseUntil;
    }

    private sealed class AttemptsNotCounted() : SimulatedStore(Schedule.Partitions)
    {
        public override OutboxExchangeResult Exchange(OutboxExchange exchange)
        {
            var result = base.Exchange(exchange);
            return result with { Deliveries = [.. result.Deliveries.Select(entry => entry with { Attempts = Math.Min(entry.Attempts, 1) })] };
        }
    }

    private sealed class RetriesOvertake() : SimulatedStore(Schedule.Partitions)
    {
        protected override bool MustWait(long position, string handler, string stream) => false;
    }

    private sealed class EventsOvertake() : SimulatedStore(Schedule.Partitions)
    {
        protected override IReadOnlyList<OutboxEntry> ReadEvents(string relay, OutboxRead read) =>
            [.. base.ReadEvents(relay, read).Select(entry => entry with { BlockedHandlers = [] })];
    }

    private sealed class AnnouncementsForgotten() : SimulatedStore(Schedule.Partitions)
    {
        public override RelayLease Renew(RelayRenewal renewal) => base.Renew(renewal with { Handlers = [] });
    }

    private sealed class BusyStreamsRead() : SimulatedStore(Schedule.Partitions)
    {
        protected override IReadOnlyList<OutboxEntry> ReadEvents(string relay, OutboxRead read) => base.ReadEvents(relay, read with { BusyStreams = [] });
    }

    private sealed class NoNotes() : SimulatedStore(Schedule.Partitions)
    {
        public override OutboxExchangeResult Exchange(OutboxExchange exchange) => base.Exchange(exchange with { Note = null });
    }

    private sealed class FailuresForgotten() : SimulatedStore(Schedule.Partitions)
    {
        public override OutboxExchangeResult Exchange(OutboxExchange exchange) => base.Exchange(exchange with
        {
            Acknowledgements = [.. exchange.Acknowledgements.Select(acknowledgement => acknowledgement with
            {
                Left = [.. acknowledgement.Left.Where(delivery => delivery.State != DeliveryState.Due)],
            })],
        });
    }

    private sealed class ShortReads() : SimulatedStore(Schedule.Partitions)
    {
        protected override IReadOnlyList<OutboxEntry> ReadEvents(string relay, OutboxRead read) =>
            base.ReadEvents(relay, read) is { Count: > 1 } rows && rows.Count == read.Limit ? [.. rows.SkipLast(1)] : base.ReadEvents(relay, read);
    }

    private sealed class NextDueNotSaid() : SimulatedStore(Schedule.Partitions)
    {
        protected override TimeSpan? NextDue(OutboxRead read) => null;
    }
}
