using System.Data.Common;
using System.Globalization;
using DomainEvents.Outbox;
using DomainEvents.Outbox.Conformance;
using DomainEvents.TestSupport.Databases;
using Npgsql;

namespace DomainEvents.PostgreSql.Tests.Conformance;

/// <summary>A schema of the test's own, without tables, which the search path of its connections names.</summary>
internal sealed class PostgreSqlOutboxDatabase : OutboxDatabase
{
    private readonly List<PostgreSqlOutboxStore> _stores = [];
    private readonly List<string> _schemas = [];
    private readonly string _schema = $"domain_events_{Guid.NewGuid():N}";

    private PostgreSqlOutboxDatabase()
    {
        ConnectionString = new NpgsqlConnectionStringBuilder(PostgreSqlServer.ConnectionString) { SearchPath = _schema, ApplicationName = _schema }.ConnectionString;
        DataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    /// <summary>Of its schema, and of the application as which its connections are known to the server.</summary>
    public string Name => _schema;

    public string ConnectionString { get; }

    public NpgsqlDataSource DataSource { get; }

    public override IReadOnlyList<string> Damages =>
    [
        "occurred_at = '4000-01-01 BC'", "occurred_at = '20000-01-01'", "stored_at = '4000-01-01 BC'", "version = 0", "version = -1", "event_type = ''",
        "partition = 71", "partition = -57",
    ];

    public static async Task<PostgreSqlOutboxDatabase> CreateAsync()
    {
        var database = new PostgreSqlOutboxDatabase();
        await database.ExecuteAsync($"CREATE SCHEMA {database._schema}");
        return database;
    }

    public override PostgreSqlOutboxStore CreateStore(Action<OutboxOptions>? configure = null) => CreateStore(DataSource, configure);

    public PostgreSqlOutboxStore CreateStore(NpgsqlDataSource dataSource, Action<OutboxOptions>? configure = null)
    {
        var store = new PostgreSqlOutboxStore(dataSource, Options(configure));
        lock (_stores)
        {
            _stores.Add(store);
        }

        return store;
    }

    public override IOutboxSchema CreateSchema(Action<OutboxOptions>? configure = null) => new PostgreSqlOutboxSchema(DataSource, Options(configure));

    public override NpgsqlConnection CreateConnection() => DataSource.CreateConnection();

    public override async Task<string> DescribeAsync() => (string)(await ExecuteAsync(
        $"""
        SELECT string_agg(line, E'\n' ORDER BY line) FROM (
            SELECT format('%s.%s %s %s %s', table_name, ordinal_position, column_name, data_type, column_default) AS line
            FROM information_schema.columns WHERE table_schema = '{_schema}'
            UNION ALL
            SELECT replace(indexdef, '{_schema}', '') FROM pg_indexes WHERE schemaname = '{_schema}'
            UNION ALL
            SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = '{_schema}'::regnamespace) description
        """))!;

    public override string FromNow(TimeSpan distance) =>
        string.Create(CultureInfo.InvariantCulture, $"(clock_timestamp() + interval '{distance.TotalSeconds} seconds')");

    /// <summary>A schema that goes with the database.</summary>
    public string AddSchema(string name)
    {
        _schemas.Add($"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
        return name;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        foreach (var schema in _schemas.Append(_schema))
        {
            await ExecuteAsync($"DROP SCHEMA IF EXISTS {schema} CASCADE");
        }

        await DataSource.DisposeAsync();
    }

    private OutboxOptions Options(Action<OutboxOptions>? configure)
    {
        var options = new OutboxOptions();
        configure?.Invoke(options);
        if (options.Schema is { Length: > 0 } schema && !schema.Contains('\0', StringComparison.Ordinal))
        {
            AddSchema(schema);
        }

        return options;
    }
}
