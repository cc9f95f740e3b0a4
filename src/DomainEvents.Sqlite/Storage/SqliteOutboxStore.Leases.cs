using DomainEvents.Outbox;
using DomainEvents.Sqlite.Connections;

namespace DomainEvents.Sqlite.Storage;

/// <content>Who owns which partitions.</content>
internal sealed partial class SqliteOutboxStore
{
    /// <summary>An announcement outlives the lease it came with, so that a relay that is late for once loses no handler an event.</summary>
    private const int AnnouncedLeases = 3;

    public async ValueTask<RelayLease> RenewAsync(RelayRenewal renewal, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await _sessions.WriteAsync(session => Renew(session, renewal), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask ReleaseAsync(
        string relay, IReadOnlyList<OwnedPartition> partitions, bool leaves, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _sessions.WriteAsync(session => Release(session, relay, partitions, leaves), cancellationToken).ConfigureAwait(false);
    }

    private static RelayLease Renew(Session session, RelayRenewal renewal)
    {
        var now = session.Now();
        var until = now + renewal.LeaseDuration.Ticks;
        Announce(session, renewal, now, until);
        var slots = Slot.All(session);
        var leased = new List<LeasedPartition>();
        var kept = renewal.Owned.ToHashSet();
        foreach (var slot in slots.Where(slot => slot.IsOf(renewal.Relay) && kept.Contains(slot.Owned)))
        {
            session.Execute("update domain_event_partition set lease_until = @until where partition = @partition", ("@until", until), ("@partition", slot.Owned.Partition));
            leased.Add(new LeasedPartition(slot.Owned, IsNew: false, Interruption: null));
        }

        if (renewal.IsLeaving)
        {
            return new RelayLease(leased, Share: 0);
        }

        var relays = (int)session.Scalar("select count(*) from domain_event_relay")!.Value;
        var share = (OutboxMessage.PartitionCount + relays - 1) / relays;
        foreach (var slot in slots.Where(slot => IsFree(slot, renewal.Relay, kept, now)).Take(share - leased.Count))
        {
            leased.Add(TakeOver(session, slot, renewal.Relay, until));
        }

        return new RelayLease(leased, share);
    }

    private static void Announce(Session session, RelayRenewal renewal, long now, long until)
    {
        if (renewal.IsLeaving)
        {
            Leave(session, renewal.Relay);
        }
        else
        {
            session.Execute("insert or replace into domain_event_relay (instance, lease_until) values (@relay, @until)", ("@relay", renewal.Relay), ("@until", until));
        }

        session.Execute("delete from domain_event_relay where lease_until < @now", ("@now", now));
        foreach (var handler in renewal.Handlers)
        {
            session.Execute(
                "insert or replace into domain_event_handler (name, event_type, live_until) values (@name, @type, @until)",
                ("@name", handler.Handler), ("@type", handler.EventType), ("@until", now + (renewal.LeaseDuration.Ticks * AnnouncedLeases)));
        }

        session.Execute("delete from domain_event_handler where live_until < @now", ("@now", now));
    }

    /// <summary>Also what it owned without knowing: the answer to an earlier renewal was lost, or it has begun anew under the same name.</summary>
    private static bool IsFree(Slot slot, string relay, HashSet<OwnedPartition> kept, long now) =>
        slot.Owner is null || (slot.IsOf(relay) ? !kept.Contains(slot.Owned) : slot.LeaseUntil < now);

    private static LeasedPartition TakeOver(Session session, Slot slot, string relay, long until)
    {
        // Who takes over from itself is alive: it has ended nobody.
        var interruption = slot.Owner is null ? null
            : new PartitionInterruption(slot.Noted, slot.Interruptions + (slot.Noted is null || slot.IsOf(relay) ? 0 : 1));
        var owned = slot.Owned with { Epoch = slot.Owned.Epoch + 1 };
        session.Execute(
            "update domain_event_partition set owner = @relay, epoch = @epoch, lease_until = @until, interruptions = @interruptions where partition = @partition",
            ("@relay", relay), ("@epoch", owned.Epoch), ("@until", until), ("@interruptions", interruption?.Count ?? 0), ("@partition", owned.Partition));
        return new LeasedPartition(owned, IsNew: true, interruption);
    }

    private static bool Release(Session session, string relay, IReadOnlyList<OwnedPartition> partitions, bool leaves)
    {
        foreach (var owned in partitions)
        {
            session.Execute(
                "update domain_event_partition set owner = null, noted = null, interruptions = 0 where partition = @partition and owner = @relay and epoch = @epoch",
                ("@partition", owned.Partition), ("@relay", relay), ("@epoch", owned.Epoch));
        }

        return leaves && Leave(session, relay);
    }

    private static bool Leave(Session session, string relay) => session.Execute("delete from domain_event_relay where instance = @relay", ("@relay", relay)) > 0;
}
