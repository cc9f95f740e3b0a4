using System.Data.Common;
using DomainEvents.Outbox;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ShelfWise.Adapters.Database;

/// <summary>A schema in a PostgreSQL database.</summary>
internal sealed class PostgreSqlShopDatabase : ShopDatabase
{
    private readonly string _connectionString;
    private readonly string _schema;
    private readonly string _quoted;
    private readonly NpgsqlDataSource _source;
    private bool _isTemporary;

    private PostgreSqlShopDatabase(string connectionString, string schema)
    {
        (_connectionString, _schema, _quoted) = (connectionString, schema, $"\"{schema}\"");
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = _quoted });
    }

    public override string Description => $"PostgreSQL, {(_isTemporary ? "a temporary schema" : $"schema {_schema}")}";

    public override IReadOnlyList<string> Options => ["--postgres", _connectionString, "--schema", _schema];

    /// <param name="connectionString">The server and the database.</param>
    /// <param name="schema">A new schema to make and keep; <see langword="null"/> for a temporary one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NpgsqlException">The server does not answer, or the schema exists, or may not be made.</exception>
    public static async Task<PostgreSqlShopDatabase> CreateAsync(string connectionString, string? schema, CancellationToken cancellationToken)
    {
        var database = new PostgreSqlShopDatabase(connectionString, schema ?? $"shelfwise_{Guid.NewGuid():N}");
        try
        {
            await database.ExecuteAsync($"CREATE SCHEMA {database._quoted}", cancellationToken);
            database._isTemporary = schema is null;
            await database.ExecuteAsync(Tables.Script, cancellationToken);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>A schema that another process has made, and drops.</summary>
    public static PostgreSqlShopDatabase Existing(string connectionString, string schema) => new(connectionString, schema);

    public override DomainEventsBuilder UseOutbox(DomainEventsBuilder events, Action<OutboxOptions> configure) =>
        events.UsePostgreSqlOutbox(_source, configure);

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) =>
        await _source.OpenConnectionAsync(cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        if (_isTemporary)
        {
            _isTemporary = false;
            await ExecuteAsync($"DROP SCHEMA {_quoted} CASCADE", CancellationToken.None);
        }

        await _source.DisposeAsync();
    }
}
