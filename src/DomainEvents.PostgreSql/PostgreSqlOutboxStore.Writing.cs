using System.Data.Common;
using DomainEvents.Outbox;
using Npgsql;

namespace DomainEvents.PostgreSql;

/// <content>How events come in.</content>
internal sealed partial class PostgreSqlOutboxStore
{
    public void AddInsert(DbCommand command, IReadOnlyList<OutboxMessage> messages)
    {
        if (command is not NpgsqlCommand npgsql)
        {
            throw new ArgumentException($"A command of Npgsql is needed, and this is a {command.GetType()}.", nameof(command));
        }

        if (npgsql.Parameters.Any(parameter => string.IsNullOrEmpty(parameter.ParameterName)))
        {
            throw new ArgumentException("Npgsql runs one statement only in a command with positional parameters ($1): name them (@p0).", nameof(command));
        }

        _insert.AddTo(npgsql, messages);
    }

    public async ValueTask WriteAsync(
        IReadOnlyList<OutboxMessage> messages, DbTransaction? transaction, bool synchronous, CancellationToken cancellationToken = default)
    {
        if (messages.Count == 0)
        {
            return;
        }

        try
        {
            if (transaction is not null)
            {
                await WriteAsync(messages, ConnectionOf(transaction), (NpgsqlTransaction)transaction, synchronous, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await WriteAloneAsync(messages, synchronous, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (PostgresException exception) when (MissingTables.Caused(exception))
        {
            throw MissingTables.Explain(exception);
        }
    }

    private async ValueTask WriteAloneAsync(IReadOnlyList<OutboxMessage> messages, bool synchronous, CancellationToken cancellationToken)
    {
        if (synchronous)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var connection = _connections.Open();
            await WriteAsync(messages, connection, transaction: null, synchronous, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var connection = await _connections.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                await WriteAsync(messages, connection, transaction: null, synchronous, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask WriteAsync(
        IReadOnlyList<OutboxMessage> messages, NpgsqlConnection connection, NpgsqlTransaction? transaction, bool synchronous, CancellationToken cancellationToken)
    {
        var command = _insert.Command(connection, transaction, messages);
        if (synchronous)
        {
            using (command)
            {
                command.ExecuteNonQuery();
            }
        }
        else
        {
            await using (command.ConfigureAwait(false))
            {
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static NpgsqlConnection ConnectionOf(DbTransaction transaction) => transaction switch
    {
        NpgsqlTransaction { Connection: { } connection } => connection,
        NpgsqlTransaction => throw new InvalidOperationException("The transaction is over: events can be written before it is committed only."),
        _ => throw new ArgumentException($"A transaction of Npgsql is needed, and this is a {transaction.GetType()}.", nameof(transaction)),
    };
}
