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
        // Begun anew, lest a mistake lasts: somebody may restore a backup, or restart the sequence. An exchange that is under way
        // goes on with what it has, and that is forgotten with it.
        _memories.TryRemove(renewal.Relay, out _);
        return _connections.RunAsync(
            (_leases, renewal), static (connection, state, token) => state._leases.RenewAsync(connection, state.renewal, token), cancellationToken);
    }

    public async ValueTask<OutboxExchangeResult> ExchangeAsync(OutboxExchange exchange, CancellationToken cancellationToken = default)
    {
        var memory = _memories.GetOrAdd(exchange.Relay, static _ => new RelayMemory());
        try
        {
            return await _connections.RunAsync(
                new ExchangeCommand(_write, _read, exchange, memory), static (connection, command, token) => command.RunAsync(connection, token), cancellationToken)
                .ConfigureAwait(false);
        }
        catch
        {
            _memories.TryRemove(KeyValuePair.Create(exchange.Relay, memory)); // begun anew, unless it was already
            throw;
        }
    }

    public async ValueTask ReleaseAsync(string relay, IReadOnlyList<OwnedPartition> partitions, bool leaves, CancellationToken cancellationToken = default)
    {
        if (leaves)
        {
            _memories.TryRemove(relay, out _);
        }

        await _connections.RunAsync(
            (_leases, relay, partitions, leaves),
            static (connection, state, token) => state._leases.ReleaseAsync(connection, state.relay, state.partitions, state.leaves, token),
            cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _connections.Dispose();

    public ValueTask DisposeAsync() => _connections.DisposeAsync();
}
