using DomainEvents.Outbox;
using Npgsql;

namespace DomainEvents.PostgreSql;

/// <summary>One exchange as one batch: one round trip, and as nothing else begins a transaction, one of those.</summary>
internal sealed partial class ExchangeCommand(ExchangeStatements write, ReadStatements read, OutboxExchange exchange, Floor floor)
{
    private readonly short[] _fenced = [.. exchange.Fence.Select(fenced => (short)fenced.Partition)];
    private readonly long[] _keys = PartitionKeys.Of(exchange.Fence);
    private readonly Acknowledgements _acknowledgements = new(exchange.Acknowledgements);

    public async ValueTask<OutboxExchangeResult> RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection);
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(Statement.Of(write.Settings));
            AddWrites(batch.BatchCommands);
            var highest = floor.Highest;
            if (exchange.Read is { } request)
            {
                floor.Read(request.Partitions);
                AddReads(batch.BatchCommands, request);
            }

            await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                return await ReadAsync(reader, highest, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private void AddWrites(NpgsqlBatchCommandCollection batch)
    {
        if (_fenced.Length == 0)
        {
            return;
        }

        batch.Add(Fenced(write.Fence));
        if (_acknowledgements.AreOfEventsWithNothingLeft)
        {
            batch.Add(Acknowledge(write.Acknowledge));
        }
        else if (!_acknowledgements.IsEmpty)
        {
            AddAcknowledgementsWithRest(batch);
        }

        if (exchange.Note is { } note)
        {
            var command = Fenced(write.Note);
            command.Parameters.Add(Statement.Parameter(note.Position));
            batch.Add(command);
        }
    }

    private void AddAcknowledgementsWithRest(NpgsqlBatchCommandCollection batch)
    {
        var command = Acknowledge(write.AcknowledgeWithRest);
        _acknowledgements.AddRest(command.Parameters);
        batch.Add(command);
        if (_acknowledgements.Deliveries is { Length: > 0 } deliveries)
        {
            batch.Add(Statement.Of(write.Promote, deliveries));
            if (!exchange.KeepHistory)
            {
                batch.Add(Statement.Of(write.Forget, deliveries));
            }
        }
    }

    private NpgsqlBatchCommand Acknowledge(string sql)
    {
        var command = Fenced(sql);
        command.Parameters.Add(Statement.Parameter(_acknowledgements.Events));
        command.Parameters.Add(Statement.Parameter(exchange.KeepHistory));
        command.Parameters.Add(Statement.Parameter(exchange.Handlers.Select(handler => handler.Handler).ToArray()));
        command.Parameters.Add(Statement.Parameter(exchange.Handlers.Select(handler => handler.EventType).ToArray()));
        return command;
    }

    private NpgsqlBatchCommand Fenced(string sql) => Statement.Of(sql, exchange.Relay, _fenced, _keys);

    private void AddReads(NpgsqlBatchCommandCollection batch, OutboxRead request)
    {
        short[] partitions = [.. request.Partitions.Select(partition => (short)partition)];
        var events = Statement.Of(read.Events, floor.Position, exchange.Relay, partitions);
        events.Parameters.Add(Statement.Parameter(request.BusyStreams.ToArray()));
        events.Parameters.Add(Statement.Parameter((long)request.Limit));
        batch.Add(events);

        var able = Able(request);
        var deliveries = Statement.Of(read.Deliveries, (long)request.Limit, exchange.Relay, partitions);
        deliveries.Parameters.Add(Statement.Parameter(request.BusyDeliveries.Select(busy => busy.Handler).ToArray()));
        deliveries.Parameters.Add(Statement.Parameter(request.BusyDeliveries.Select(busy => busy.Stream).ToArray()));
        deliveries.Parameters.Add(Statement.Parameter(able.Select(one => one.EventType).ToArray()));
        deliveries.Parameters.Add(Statement.Parameter(able.Select(one => one.Handler).ToArray()));
        deliveries.Parameters.Add(Statement.Parameter(able.Select(one => request.EventTypes[one.EventType]).ToArray()));
        batch.Add(deliveries);

        batch.Add(floor.IsDue ? Statement.Of(read.NextDueAndFloor, partitions, floor.Position) : Statement.Of(read.NextDue, partitions));
    }

    /// <summary>What may be tried: every type that is known for all handlers, and by the handlers that there are.</summary>
    private List<HandlerAnnouncement> Able(OutboxRead request) =>
    [
        .. request.EventTypes.Keys.Select(type => new HandlerAnnouncement(Delivery.AllHandlers, type)),
        .. exchange.Handlers.Where(handler => request.EventTypes.ContainsKey(handler.EventType)).Distinct(),
    ];
}
