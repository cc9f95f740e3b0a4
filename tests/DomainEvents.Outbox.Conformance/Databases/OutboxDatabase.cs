using System.Data.Common;
using System.Globalization;

namespace DomainEvents.Outbox.Conformance;

/// <summary>
/// A database of a test's own, without tables at first. The tests say in the words of this class what only a store's own test project
/// can do. Table and column names are the same in all stores, where these methods use them; a store that has others overrides them.
/// </summary>
public abstract class OutboxDatabase : IAsyncDisposable
{
    /// <summary>
    /// SQL that makes a row of the outbox or of the log unreadable: what stands behind <c>SET</c>. Each is tried on a row of its own.
    /// </summary>
    public abstract IReadOnlyList<string> Damages { get; }

    /// <summary>A new store each time, as other processes have them. The database disposes of it.</summary>
    public abstract IOutboxStore CreateStore(Action<OutboxOptions>? configure = null);

    /// <summary>The tables, seen from another process each time.</summary>
    public abstract IOutboxSchema CreateSchema(Action<OutboxOptions>? configure = null);

    /// <summary>A closed connection of the store's provider. Table names without a schema mean those of this database.</summary>
    public abstract DbConnection CreateConnection();

    /// <summary>The tables, columns, keys and indexes that there are, in any words that are equal if they are.</summary>
    public abstract Task<string> DescribeAsync();

    /// <summary>SQL for a moment by the clock of the database, of the type in which the store keeps leases.</summary>
    /// <param name="distance">How far from now; negative in the past.</param>
    public abstract string FromNow(TimeSpan distance);

    public async Task<DbConnection> OpenAsync()
    {
        var connection = CreateConnection();
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Runs a statement and gives its first value back.</summary>
    public async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        return await ExecuteAsync(connection, sql);
    }

    public static async Task<object?> ExecuteAsync(DbConnection connection, string sql, DbTransaction? transaction = null)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        return await command.ExecuteScalarAsync();
    }

    /// <summary>How many rows others see, that is how many are committed.</summary>
    public async Task<long> CountAsync(string table) =>
        Convert.ToInt64(await ExecuteAsync($"SELECT COUNT(*) FROM {table}"), CultureInfo.InvariantCulture);

    /// <summary>The place of the event that was written last.</summary>
    public async Task<long> LastPositionAsync() =>
        Convert.ToInt64(await ExecuteAsync("SELECT MAX(position) FROM domain_event_outbox"), CultureInfo.InvariantCulture);

    /// <summary>A relay is silent for so long that its leases and its membership run out.</summary>
    public virtual async Task ExpireAsync(string relay)
    {
        var past = FromNow(TimeSpan.FromSeconds(-10));
        await ExecuteAsync($"UPDATE domain_event_partition SET lease_until = {past} WHERE owner = '{relay}'");
        await ExecuteAsync($"UPDATE domain_event_relay SET lease_until = {past} WHERE instance = '{relay}'");
    }

    /// <summary>Nobody has announced a handler for as long as the store believes it to be there.</summary>
    public virtual Task ForgetHandlerAsync(string handler) =>
        ExecuteAsync($"UPDATE domain_event_handler SET live_until = {FromNow(TimeSpan.FromSeconds(-10))} WHERE name = '{handler}'");

    /// <summary>What is to be tried later is due now.</summary>
    public virtual Task MakeDueAsync() =>
        ExecuteAsync($"UPDATE domain_event_delivery SET due_at = {FromNow(TimeSpan.FromSeconds(-1))}");

    /// <summary>Everything in the log was stored so long ago.</summary>
    public virtual Task AgeLogAsync(TimeSpan age) =>
        ExecuteAsync($"UPDATE domain_event_log SET stored_at = {FromNow(-age)}");

    public abstract ValueTask DisposeAsync();
}
