using System.Data.Common;
using DomainEvents.Outbox.CrashChild.Databases;

namespace DomainEvents.Outbox.CrashChild.Orders;

/// <summary>What this process did, durable when a call returns: a transaction of its own, repeated until it is certain. Thread-safe.</summary>
internal sealed class Journal(OrderDatabase database, ChildOptions options)
{
    /// <summary>The number of interruptions in the row of a partition that was given back.</summary>
    public const int NotInterrupted = -1;

    private const string Columns = "entry, kind, process, partition, epoch, position, handling, event_id, handler, customer, number, interruptions";

    private volatile bool _hasFaltered;

    public Task TookOverAsync(IEnumerable<LeasedPartition> partitions, CancellationToken cancellationToken) => WriteAsync(
        partitions.Select(taken => Row(
            $"{taken.Owned.Partition}/{taken.Owned.Epoch}",
            JournalKind.TookOver,
            new EventPlace(taken.Owned.Partition, taken.Owned.Epoch, taken.Interruption?.Position ?? 0),
            $"NULL, NULL, NULL, NULL, NULL, {taken.Interruption?.Count ?? NotInterrupted}")),
        cancellationToken);

    public Task BeganAsync(Guid handling, string handler, OrderPlaced order, EventPlace place, CancellationToken cancellationToken) =>
        WriteAsync([Row($"{handling}/begin", JournalKind.Began, place, Handling(handling, handler, order))], cancellationToken);

    public Task EndedAsync(Guid handling, string handler, OrderPlaced order, EventPlace place, CancellationToken cancellationToken) =>
        WriteAsync([Row($"{handling}/end", JournalKind.Ended, place, Handling(handling, handler, order))], cancellationToken);

    public Task AcknowledgedAsync(IReadOnlyList<EventPlace> events, CancellationToken cancellationToken) => events.Count == 0
        ? Task.CompletedTask
        : WriteAsync(
            events.Select(place => Row($"{options.Name}/acknowledged/{place.Position}", JournalKind.Acknowledged, place, "NULL, NULL, NULL, NULL, NULL, NULL")),
            cancellationToken);

    /// <summary>The relay says that it has lost partitions: noted before it begins anything else, or, without a database, when that is back.</summary>
    public void Falter()
    {
        _hasFaltered = true;
        try
        {
            database.ExecuteAsync(Insert([Faltered()])).GetAwaiter().GetResult();
            _hasFaltered = false;
        }
        catch (DbException) when (options.DatabaseMayFail)
        {
        }
    }

    public async Task FalteredAsync(CancellationToken cancellationToken)
    {
        if (_hasFaltered)
        {
            await WriteAsync([Faltered()], cancellationToken);
            _hasFaltered = false;
        }
    }

    private string Faltered() =>
        Row($"{options.Name}/faltered/{Guid.NewGuid()}", JournalKind.Faltered, default, "NULL, NULL, NULL, NULL, NULL, NULL");

    private static string Insert(IEnumerable<string> rows) =>
        $"INSERT INTO journal ({Columns}) VALUES {string.Join(", ", rows)} ON CONFLICT (entry) DO NOTHING";

    private string Row(string entry, JournalKind kind, EventPlace place, string rest) =>
        $"('{entry}', {(int)kind}, '{options.Name}', {place.Partition}, {place.Epoch}, {place.Position}, {rest})";

    private static string Handling(Guid handling, string handler, OrderPlaced order) =>
        $"'{handling}', '{order.EventId}', '{handler}', {order.Customer}, {order.Number}, NULL";

    private async Task WriteAsync(IEnumerable<string> rows, CancellationToken cancellationToken)
    {
        var sql = Insert(rows);
        while (true)
        {
            try
            {
                await database.ExecuteAsync(sql);
                return;
            }
            catch (DbException) when (options.DatabaseMayFail)
            {
                await Task.Delay(20, cancellationToken);
            }
        }
    }
}
