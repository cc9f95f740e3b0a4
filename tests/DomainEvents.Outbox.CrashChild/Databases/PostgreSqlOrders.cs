using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DomainEvents.Outbox.CrashChild.Databases;

internal sealed class PostgreSqlOrders(string connectionString, string application) : OrderDatabase
{
    private readonly NpgsqlDataSource _dataSource = NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = application, MaxPoolSize = 30 });

    protected override string NumberedKey => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";

    public override void UseOutbox(DomainEventsBuilder events, Action<OutboxOptions> configure) =>
        events.UsePostgreSqlOutbox(_dataSource, configure);

    public override async ValueTask<DbConnection> OpenAsync() => await _dataSource.OpenConnectionAsync();

    public override ValueTask DisposeAsync() => _dataSource.DisposeAsync();
}
