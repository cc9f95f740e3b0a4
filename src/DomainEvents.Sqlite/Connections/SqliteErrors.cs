using Microsoft.Data.Sqlite;

namespace DomainEvents.Sqlite.Connections;

/// <summary>Says what to do about an error of SQLite. Codes: https://www.sqlite.org/rescode.html.</summary>
internal static class SqliteErrors
{
    private const int Error = 1;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int Full = 13;
    private const int CannotOpen = 14;

    public static Exception Explained(SqliteException exception, string file) => exception.SqliteErrorCode switch
    {
        Error when IsOfSchema(exception.Message) => new InvalidOperationException(
            $"The tables of the outbox are not, or not as they should be, in the database {file}. Call IOutboxSchema.EnsureCreatedAsync, or run its " +
            $"Script, and check that the application and the outbox use the same file. {exception.Message}", exception),
        Busy or Locked => With(exception, $"Another connection was writing to the database {file} for longer than the outbox waits. Keep transactions short, or raise \"Default Timeout\" in the connection string."),
        ReadOnly => With(exception, $"The outbox has to write to the database {file}, and may not: check the rights to the file and to its folder, and \"Mode\" in the connection string."),
        Full => With(exception, $"The disk is full, or the database {file} has reached its limit. Nothing of the transaction was written."),
        CannotOpen => With(exception, $"The database {file} cannot be opened: check that its folder exists and may be read."),
        _ => exception,
    };

    private static bool IsOfSchema(string message) =>
        message.Contains("no such table: domain_event_", StringComparison.Ordinal)
        || message.Contains("no such column", StringComparison.Ordinal)
        || message.Contains("has no column named", StringComparison.Ordinal);

    // Still the provider's own type, so that whoever tries again after some codes does so here too.
    private static SqliteException With(SqliteException exception, string advice) =>
        new($"{advice} {exception.Message}", exception.SqliteErrorCode, exception.SqliteExtendedErrorCode);
}
