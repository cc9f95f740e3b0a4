using System.Data.Common;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;

namespace DomainEvents.Tests.Transactions;

/// <summary>An outbox that writes the texts of events into a table of a test's database.</summary>
internal sealed class TableOutbox(TestDatabase database) : IEventOutbox
{
    private readonly List<string> _writes = [];

    /// <summary>Each write: with <c>tx</c> if it was in the user's transaction, and the texts.</summary>
    public IReadOnlyList<string> Writes => _writes;

    public int Commits { get; private set; }

    /// <summary>Thrown instead of writing.</summary>
    public Exception? Failure { get; set; }

    public Task<int> CountAsync() => database.ExecuteAsync("SELECT COUNT(*) FROM outbox").ContinueWith(
        count => Convert.ToInt32(count.GetAwaiter().GetResult(), System.Globalization.CultureInfo.InvariantCulture), TaskScheduler.Default);

    public void ThrowIfUnknown(IDomainEvent domainEvent)
    {
        if (domainEvent is not Noted)
        {
            throw new InvalidOperationException($"{domainEvent.GetType().Name} is unknown.");
        }
    }

    public void ThrowIfForeign(DbTransaction transaction)
    {
        if (transaction.Connection!.GetType() != database.CreateConnection().GetType())
        {
            throw new ArgumentException("It is of another database.", nameof(transaction));
        }
    }

    public void ThrowIfForeign(DbConnection connection)
    {
    }

    public string Script(string? schema) => "";

    public async ValueTask WriteAsync(IReadOnlyList<BufferEntry> entries, DbTransaction? transaction, bool synchronous)
    {
        _writes.Add($"{(transaction is null ? "" : "tx ")}{string.Join(" ", entries.Select(TextOf))}");
        if (Failure is not null)
        {
            throw Failure;
        }

        if (transaction is null)
        {
            await using var connection = await database.OpenAsync();
            Insert(connection, null, entries);
        }
        else
        {
            Insert(transaction.Connection!, transaction, entries);
        }
    }

    public void AddInsert(DbCommand command, IReadOnlyList<BufferEntry> entries) => throw new NotSupportedException();

    public void Committed() => Commits++;

    private static void Insert(DbConnection connection, DbTransaction? transaction, IReadOnlyList<BufferEntry> entries)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = string.Join(";", entries.Select(entry => $"INSERT INTO outbox VALUES ('{TextOf(entry)}')"));
        command.ExecuteNonQuery();
    }

    private static string TextOf(BufferEntry entry) => ((Noted)entry.Event!).Text;
}
