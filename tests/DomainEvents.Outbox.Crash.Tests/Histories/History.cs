using DomainEvents.Outbox.CrashChild.Databases;
using DomainEvents.Outbox.CrashChild.Orders;

namespace DomainEvents.Outbox.Crash.Tests.Histories;

/// <summary>What the processes of a run have done, as it stands in their database.</summary>
internal sealed class History
{
    private readonly Dictionary<(int Partition, long Epoch), Tenure> _tenures;

    private readonly List<(string Process, long Moment)> _faltered;

    private History(
        List<Order> orders, List<Tenure> tenures, List<Handling> handlings, List<Acknowledged> acknowledged, List<(string Process, long Moment)> faltered)
    {
        _faltered = faltered;
        (Orders, Handlings, Acknowledged) = (orders, handlings, acknowledged);
        _tenures = tenures.ToDictionary(tenure => (tenure.Partition, tenure.Epoch));
    }

    public IReadOnlyList<Order> Orders { get; }

    /// <summary>By the moments in which they began.</summary>
    public IReadOnlyList<Handling> Handlings { get; }

    public IReadOnlyList<Acknowledged> Acknowledged { get; }

    public IEnumerable<Tenure> Tenures => _tenures.Values;

    public static async Task<History> ReadAsync(OrderDatabase database)
    {
        var orders = await database.QueryAsync(
            "SELECT event_id, customer, number FROM customer_order", row => new Order(row.GetString(0), row.GetInt32(1), row.GetInt32(2)));
        var tenures = await database.QueryAsync(
            $"SELECT partition, epoch, process, moment, interruptions, position FROM journal WHERE kind = {(int)JournalKind.TookOver}",
            row => new Tenure(
                row.GetInt32(0), row.GetInt64(1), row.GetString(2), row.GetInt64(3),
                WasInterrupted: row.GetInt32(4) != Journal.NotInterrupted, row.GetInt64(5), row.GetInt32(4)));
        // Joined here: without statistics a server may compare each row with each other one.
        var ended = (await database.QueryAsync($"SELECT handling, moment FROM journal WHERE kind = {(int)JournalKind.Ended}", row => (Handling: row.GetString(0), Moment: row.GetInt64(1))))
            .ToDictionary(row => row.Handling, row => (long?)row.Moment);
        var handlings = await database.QueryAsync(
            $"SELECT event_id, handler, customer, number, process, partition, epoch, position, moment, handling FROM journal WHERE kind = {(int)JournalKind.Began} ORDER BY moment",
            row => new Handling(
                row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3), row.GetString(4), row.GetInt32(5), row.GetInt64(6), row.GetInt64(7),
                row.GetInt64(8), ended.GetValueOrDefault(row.GetString(9))));
        var acknowledged = await database.QueryAsync(
            $"SELECT moment, position, epoch FROM journal WHERE kind = {(int)JournalKind.Acknowledged}",
            row => new Acknowledged(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)));
        var faltered = await database.QueryAsync(
            $"SELECT process, moment FROM journal WHERE kind = {(int)JournalKind.Faltered}", row => (row.GetString(0), row.GetInt64(1)));
        return new History(orders, tenures, handlings, acknowledged, faltered);
    }

    /// <summary>
    /// Whether the tenure in which an event was handled ended by a lease that ran out, and was not given back. A tenure that is missing
    /// was the one of a process that died before it could write it down.
    /// </summary>
    private bool HasLapsed(Handling handling) =>
        _tenures.Keys.Any(tenure => tenure.Partition == handling.Partition && tenure.Epoch > handling.Epoch)
        && (!_tenures.TryGetValue((handling.Partition, handling.Epoch + 1), out var next) || next.WasInterrupted);

    /// <summary>
    /// Whether a relay may rightly handle again what another, or itself, has handled: the lease ran out in between, or the first one
    /// thought so, gave up what it had not acknowledged, and had it again, or gave it back, as if nothing had been.
    /// </summary>
    public bool MayRepeat(Handling first, Handling second) =>
        (first.Epoch != second.Epoch && HasLapsed(first))
        || _faltered.Exists(faltered => faltered.Process == first.Process && faltered.Moment < second.Began
            && (!_tenures.TryGetValue((first.Partition, first.Epoch), out var tenure) || faltered.Moment > tenure.Moment));

    /// <summary>When a process thought that it had lost its leases, in words.</summary>
    public string FalteredOf(string process) => string.Join(", ", _faltered.Where(faltered => faltered.Process == process).Select(faltered => faltered.Moment));

    /// <summary>The tenure that ended when this one began; <see langword="null"/> if there was none, or it was never written down.</summary>
    public Tenure? Before(Tenure tenure) => _tenures.GetValueOrDefault((tenure.Partition, tenure.Epoch - 1));

    public bool IsOwnedBy(Handling handling) =>
        _tenures.TryGetValue((handling.Partition, handling.Epoch), out var tenure) && tenure.Process == handling.Process;
}
