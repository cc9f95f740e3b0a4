using DomainEvents.Outbox;
using Npgsql;

namespace DomainEvents.PostgreSql;

/// <summary>The one error of the database that says nothing to those who meet it first.</summary>
internal static class MissingTables
{
    public static bool Caused(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName;

    public static InvalidOperationException Explain(PostgresException exception) => new(Text(exception.MessageText), exception);

    public static InvalidOperationException Explain(string table) => new(Text($"there is no {table}"));

    private static string Text(string cause) =>
        $"The tables of the outbox are missing ({cause}). Call {nameof(IOutboxSchema)}.{nameof(IOutboxSchema.EnsureCreatedAsync)} " +
        $"when the application starts, or deploy what {nameof(IOutboxSchema)}.{nameof(IOutboxSchema.Script)} returns; if they are in another schema, " +
        $"set {nameof(OutboxOptions)}.{nameof(OutboxOptions.Schema)}, or the search path of the connection.";
}
