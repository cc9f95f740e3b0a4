using System.Data.Common;
using DomainEvents.Outbox;
using Microsoft.Extensions.DependencyInjection;

namespace ShelfWise.Adapters.Database;

/// <summary>Where the shop keeps its data, and the outbox beside them. What is temporary is gone when it is disposed of.</summary>
internal abstract class ShopDatabase : IAsyncDisposable
{
    /// <summary>What to call it in a report.</summary>
    public abstract string Description { get; }

    /// <summary>The options with which another process of this program finds it.</summary>
    public abstract IReadOnlyList<string> Options { get; }

    public abstract ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Keeps the events where the data are: in one transaction with them.</summary>
    public abstract DomainEventsBuilder UseOutbox(DomainEventsBuilder events, Action<OutboxOptions> configure);

    public abstract ValueTask DisposeAsync();

    protected async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = connection.Command(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
