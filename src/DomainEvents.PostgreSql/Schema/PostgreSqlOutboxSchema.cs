using DomainEvents.Outbox;
using Npgsql;

namespace DomainEvents.PostgreSql;

/// <summary>The tables of the outbox in PostgreSQL.</summary>
internal sealed class PostgreSqlOutboxSchema(NpgsqlDataSource dataSource, OutboxOptions options) : IOutboxSchema
{
    private readonly OutboxTables _tables = new(options.Schema);

    public async ValueTask EnsureCreatedAsync(CancellationToken cancellationToken = default)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            // "create … if not exists" asks for the right to create even if there is nothing to do, and applications seldom have that.
            if (!await ExistsAsync(connection, cancellationToken).ConfigureAwait(false))
            {
                // Without a transaction around it this is one, which the advisory lock within lives as long as.
                var script = new NpgsqlCommand(Script(), connection);
                await using (script.ConfigureAwait(false))
                {
                    await script.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    public string Script() => SchemaScript.Of(_tables);

    private async ValueTask<bool> ExistsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand("select bool_and(to_regclass(name) is not null) from unnest($1::text[]) name", connection)
        {
            Parameters = { new NpgsqlParameter<string[]> { TypedValue = [.. _tables.All] } },
        };
        await using (command.ConfigureAwait(false))
        {
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
        }
    }
}
