using System.Collections.Concurrent;
using System.Data.Common;
using DomainEvents.Outbox;
using Npgsql;

namespace DomainEvents.PostgreSql;

/// <summary>The outbox in PostgreSQL.</summary>
internal sealed partial class PostgreSqlOutboxStore : IOutboxStore, IAsyncDisposable, IDisposable
{
    private readonly StoreConnections _connections;
    private readonly InsertStatement _insert;
    private readonly ExchangeStatements _write;
    private readonly ReadStatements _read;
    private readonly LeaseCommands _leases;
    private readonly OperationCommands _operations;
    private readonly ConcurrentDictionary<string, RelayMemory> _memories = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _renewals = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">The schema of the options is no name.</exception>
    public PostgreSqlOutboxStore(NpgsqlDataSource dataSource, OutboxOptions options)
    {
        var tables = new OutboxTables(options.Schema);
        _connections = new StoreConnections(dataSource);
        _insert = new InsertStatement(tables);
        _write = new ExchangeStatements(tables);
        _read = new ReadStatements(tables);
        _leases = new LeaseCommands(tables);
        _operations = new OperationCommands(tables, _write, options.KeepHistory);
    }

    public bool Accepts(DbConnection connection) => connection is NpgsqlConnection;

    public ValueTask<RelayLease> RenewAsync(RelayRenewal renewal, CancellationToken cancellationToken = default)
    {
        // Begun anew, lest a mistake lasts: somebody may restore a backup, or restart the sequence.
        lock (_memories)
        {
            _memories.TryRemove(renewal.Relay, out _);
            _renewals[renewal.Relay] = _renewals.GetValueOrDefault(renewal.Relay) + 1;
        }

        return _connections.RunAsync(
            (_leases, renewal), static (connection, state, token) => state._leases.RenewAsync(connection, state.renewal, token), cancellationToken);
    }

    public async ValueTask<OutboxExchangeResult> ExchangeAsync(OutboxExchange exchange, CancellationToken cancellationToken = default)
    {
        // Taken out while it is in use; what failed is not put back, and is begun anew.
        var renewals = _renewals.GetValueOrDefault(exchange.Relay);
        var memory = _memories.TryRemove(exchange.Relay, out var known) ? known : new RelayMemory();
        var result = await _connections.RunAsync(
            new ExchangeCommand(_write, _read, exchange, memory), static (connection, command, token) => command.RunAsync(connection, token), cancellationToken)
            .ConfigureAwait(false);
        lock (_memories)
        {
            if (_renewals.GetValueOrDefault(exchange.Relay) == renewals) // else it is to begin anew
            {
                _memories[exchange.Relay] = memory;
            }
        }

        return result;
    }

    public async ValueTask ReleaseAsync(string relay, IReadOnlyList<OwnedPartition> partitions, bool leaves, CancellationToken cancellationToken = default)
    {
        if (leaves)
        {
            lock (_memories)
            {
                _memories.TryRemove(relay, out _);
                _renewals.TryRemove(relay, out _);
            }
        }

        await _connections.RunAsync(
            (_leases, relay, partitions, leaves),
            static (connection, state, token) => state._leases.ReleaseAsync(connection, state.relay, state.partitions, state.leaves, token),
            cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _connections.Dispose();

    public ValueTask DisposeAsync() => _connections.DisposeAsync();
}
