using DomainEvents.Outbox;
using Npgsql;

namespace DomainEvents.PostgreSql;

/// <summary>
/// One exchange as one batch: one round trip, and as nothing else begins a transaction, one of those. What is rare is not in it; it
/// says if that is needed after all, and another round trip follows.
/// </summary>
internal sealed partial class ExchangeCommand(ExchangeStatements write, ReadStatements read, OutboxExchange exchange, RelayMemory memory)
{
    private readonly long[] _keys = PartitionKeys.Of(exchange.Fence);
    private readonly Acknowledgements _acknowledgements = new(exchange.Acknowledgements);
    private readonly short[] _partitions = exchange.Read is { } request ? [.. request.Partitions.Select(partition => (short)partition)] : [];

    public async ValueTask<OutboxExchangeResult> RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        Results results;
        try
        {
            results = await RunBatchAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UniqueViolation && IsFast)
        {
            // Somebody has put an event back into the outbox that is in the log.
            results = Results.NotAcknowledged;
        }

        if (results.IsAcknowledgementRefused)
        {
            memory.AcknowledgesOneByOne = true;
            results = await RunBatchAsync(connection, cancellationToken).ConfigureAwait(false);
        }

        if (exchange.Read is not null)
        {
            if (results.HasDeliveries)
            {
                results.Deliveries ??= await ReadDeliveriesAsync(connection, cancellationToken).ConfigureAwait(false);
            }

            memory.HasDeliveries = results.HasDeliveries;
        }

        return new OutboxExchangeResult(results.Lost, results.Events, results.Deliveries ?? [], results.NextDue);
    }

    /// <summary>Whether it is as it nearly always is: all handlers are done with all events.</summary>
    private bool IsFast => !memory.AcknowledgesOneByOne && _acknowledgements.AreOfEventsWithNothingLeft;

    private async ValueTask<Results> RunBatchAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection);
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(Statement.Of(write.Fence, exchange.Relay, _keys));
            AddWrites(batch.BatchCommands);
            if (exchange.Read is { } request)
            {
                AddReads(batch.BatchCommands, request);
            }

            return await ExecuteAsync(batch, ReadAsync, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<List<OutboxEntry>> ReadDeliveriesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { BatchCommands = { Statement.Of(write.Fence, exchange.Relay, Array.Empty<long>()), Deliveries(exchange.Read!) } };
        await using (batch.ConfigureAwait(false))
        {
            return await ExecuteAsync(
                batch,
                static async (reader, token) =>
                {
                    await reader.NextResultAsync(token).ConfigureAwait(false); // behind the fence
                    return await ReadDeliveriesAsync(reader, token).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<T> ExecuteAsync<T>(
        NpgsqlBatch batch, Func<NpgsqlDataReader, CancellationToken, ValueTask<T>> readAsync, CancellationToken cancellationToken)
    {
        await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            return await readAsync(reader, cancellationToken).ConfigureAwait(false);
        }
    }

    private void AddWrites(NpgsqlBatchCommandCollection batch)
    {
        if (IsFast)
        {
            var command = Statement.Of(
                exchange.KeepHistory ? write.AcknowledgeAndLog : write.AcknowledgeAndForget, exchange.Relay, _keys, _acknowledgements.Events);
            AddHandlers(command);
            batch.Add(command);
        }
        else if (!_acknowledgements.IsEmpty)
        {
            AddAcknowledgementsWithRest(batch);
        }

        if (exchange.Note is { } note)
        {
            var command = Statement.Of(write.Note, exchange.Relay, _keys, note.Position);
            command.Parameters.Add(Statement.Parameter((short)note.Partition));
            batch.Add(command);
        }
    }

    private void AddAcknowledgementsWithRest(NpgsqlBatchCommandCollection batch)
    {
        var command = Statement.Of(write.AcknowledgeWithRest, exchange.Relay, _keys, _acknowledgements.Events);
        command.Parameters.Add(Statement.Parameter(exchange.KeepHistory));
        AddHandlers(command);
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

    private void AddHandlers(NpgsqlBatchCommand command)
    {
        command.Parameters.Add(Statement.Parameter(exchange.Handlers.Select(handler => handler.Handler).ToArray()));
        command.Parameters.Add(Statement.Parameter(exchange.Handlers.Select(handler => handler.EventType).ToArray()));
    }

    private void AddReads(NpgsqlBatchCommandCollection batch, OutboxRead request)
    {
        memory.Floor.Read(request.Partitions);
        var events = Statement.Of(read.Events, memory.Floor.Position, exchange.Relay, _partitions);
        events.Parameters.Add(Statement.Parameter(request.BusyStreams.ToArray()));
        events.Parameters.Add(Statement.Parameter((long)request.Limit));
        events.Parameters.Add(Statement.Parameter(request.MaxPayloadBytes));
        batch.Add(events);
        if (memory.HasDeliveries)
        {
            batch.Add(Deliveries(request));
        }

        batch.Add(memory.Floor.IsDue ? Statement.Of(read.DueAndFloor, _partitions, memory.Floor.Position) : Statement.Of(read.Due, _partitions));
    }

    private NpgsqlBatchCommand Deliveries(OutboxRead request)
    {
        var able = Able(request);
        var command = Statement.Of(read.Deliveries, (long)request.Limit, exchange.Relay, _partitions);
        command.Parameters.Add(Statement.Parameter(request.BusyDeliveries.Select(busy => busy.Handler).ToArray()));
        command.Parameters.Add(Statement.Parameter(request.BusyDeliveries.Select(busy => busy.Stream).ToArray()));
        command.Parameters.Add(Statement.Parameter(able.Select(one => one.EventType).ToArray()));
        command.Parameters.Add(Statement.Parameter(able.Select(one => one.Handler).ToArray()));
        command.Parameters.Add(Statement.Parameter(able.Select(one => request.EventTypes[one.EventType]).ToArray()));
        command.Parameters.Add(Statement.Parameter(request.MaxPayloadBytes));
        return command;
    }

    /// <summary>What may be tried: every type that is known for all handlers, and by the handlers that there are.</summary>
    private List<HandlerAnnouncement> Able(OutboxRead request) =>
    [
        .. request.EventTypes.Keys.Select(type => new HandlerAnnouncement(Delivery.AllHandlers, type)),
        .. exchange.Handlers.Where(handler => request.EventTypes.ContainsKey(handler.EventType)).Distinct(),
    ];
}
