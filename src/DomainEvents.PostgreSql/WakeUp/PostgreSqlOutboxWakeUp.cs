using DomainEvents.Outbox;
using Npgsql;

namespace DomainEvents.PostgreSql;

/// <summary>Wakes relays by NOTIFY, on connections of its own: within a transaction it would take a lock on the whole database until the commit.</summary>
internal sealed class PostgreSqlOutboxWakeUp(NpgsqlDataSource dataSource, OutboxOptions options) : IOutboxWakeUp
{
    /// <summary>How long silence is believed: a connection that a firewall has forgotten is silent for ever.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly OutboxTables _tables = new(options.Schema);
    private string? _channel;

    public async ValueTask NotifyAsync(CancellationToken cancellationToken = default)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var channel = await ChannelAsync(connection, cancellationToken).ConfigureAwait(false);
            await ExecuteAsync(connection, $"notify {channel}", cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task ListenAsync(Action wake, CancellationToken cancellationToken = default)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            connection.Notification += (_, _) => wake();
            var channel = await ChannelAsync(connection, cancellationToken).ConfigureAwait(false);
            await ExecuteAsync(connection, $"listen {channel}", cancellationToken).ConfigureAwait(false);
            wake();
            while (true)
            {
                if (!await connection.WaitAsync(Silence, cancellationToken).ConfigureAwait(false))
                {
                    await ExecuteAsync(connection, "select 1", cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>
    /// A channel of each schema that has an outbox; the tables are where the search path finds them. Its hash, as the name of a schema
    /// may fill all that a channel's may have.
    /// </summary>
    private async ValueTask<string> ChannelAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (_channel is null)
        {
            var command = new NpgsqlCommand(
                """
                select 'domain_event_outbox_' || md5(n.nspname)
                from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = to_regclass($1)
                """,
                connection)
            {
                Parameters = { Statement.Parameter(_tables.Outbox) },
            };
            await using (command.ConfigureAwait(false))
            {
                _channel = await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string
                    ?? throw MissingTables.Explain(_tables.Outbox);
            }
        }

        return _channel;
    }

    private static async ValueTask ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
