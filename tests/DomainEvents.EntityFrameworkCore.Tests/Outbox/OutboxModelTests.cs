using DomainEvents.EntityFrameworkCore.TestSupport;
using DomainEvents.Outbox;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.EntityFrameworkCore.Tests.Outbox;

/// <summary>The tables of the outbox in the database of a model.</summary>
public sealed class OutboxModelTests
{
    public static TheoryData<DatabaseKind> Kinds => new(new[] { DatabaseKind.Sqlite, DatabaseKind.PostgreSql }
        .Where(kind => kind == DatabaseKind.Sqlite || PostgreSqlServer.ReasonToSkip is null));

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_model_makes_the_tables_that_the_store_makes(DatabaseKind kind)
    {
        await using var byStore = await OpenAsync(kind);
        await using var byModel = await OpenAsync(kind);
        await byStore.Services.GetRequiredService<IOutboxSchema>().EnsureCreatedAsync();

        await MigrateAsync(byModel, from: null);

        var expected = await DescribeAsync(byStore.Database);
        (await DescribeAsync(byModel.Database)).Should().Equal(expected);
        expected.Count(line => line.StartsWith("partition ", StringComparison.Ordinal)).Should().Be(64);
        await byModel.Services.GetRequiredService<IOutboxSchema>().EnsureCreatedAsync();
        (await DescribeAsync(byModel.Database)).Should().Equal(expected, "the store finds them and adds nothing");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_script_of_a_model_has_them_and_its_entities_do_not(DatabaseKind kind)
    {
        await using var desk = await OpenAsync(kind);
        await using var scope = desk.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<MappedContext>();

        context.Database.GenerateCreateScript().Should().Contain("create table if not exists domain_event_outbox").And.Contain("Row");
        context.Model.GetEntityTypes().Should().ContainSingle();
    }

    [Fact]
    public async Task EnsureCreated_makes_them()
    {
        await using var desk = await OpenAsync(DatabaseKind.Sqlite);
        await desk.Database.ExecuteAsync($"DROP TABLE {TestDatabase.Table}"); // a database with tables counts as created
        await using var scope = desk.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<MappedContext>();

        (await context.Database.EnsureCreatedAsync()).Should().BeTrue();

        (await desk.Database.ExecuteAsync("SELECT COUNT(*) FROM domain_event_partition")).Should().Be(64L);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_migration_adds_them_and_takes_them_away(DatabaseKind kind)
    {
        await using var desk = await OpenAsync(kind);
        await using var scope = desk.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<MappedContext>();
        var with = context.GetService<IDesignTimeModel>().Model.GetRelationalModel();
        await using var plain = desk.PlainContext();
        var without = plain.GetService<IDesignTimeModel>().Model.GetRelationalModel();
        var differ = context.GetService<IMigrationsModelDiffer>();

        differ.HasDifferences(with, with).Should().BeFalse();
        differ.HasDifferences(without, with).Should().BeTrue();
        differ.GetDifferences(without, with).Should().ContainSingle().Which.Should().BeOfType<SqlOperation>();
        await MigrateAsync(desk, without);
        await ExecuteAsync(context, differ.GetDifferences(with, without));

        (await DescribeAsync(desk.Database)).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_schema_that_is_not_that_of_the_options_is_refused(DatabaseKind kind)
    {
        await using var desk = await OpenAsync(kind, schema: "elsewhere");
        await using var scope = desk.Services.CreateAsyncScope();

        scope.Invoking(s => s.ServiceProvider.GetRequiredService<MappedContext>().Database.GenerateCreateScript())
            .Should().Throw<InvalidOperationException>().WithMessage("*'elsewhere'*OutboxOptions.Schema*");
    }

    [Fact]
    public async Task A_model_without_a_store_says_what_is_missing()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var services = new ServiceCollection();
        services.AddSingleton(new Place(null));
        services.AddDomainEvents().AddEntityFrameworkOutbox<MappedContext>();
        services.AddDbContext<MappedContext>((provider, options) => options.UseDatabase(database).UseDomainEvents(provider));
        await using var provider = services.BuildServiceProvider();
        await using var scope = provider.CreateAsyncScope();

        scope.Invoking(s => s.ServiceProvider.GetRequiredService<MappedContext>().Database.GenerateCreateScript())
            .Should().Throw<InvalidOperationException>().WithMessage("*UseSqliteOutbox*");
    }

    private static async Task<Desk> OpenAsync(DatabaseKind kind, string? schema = null)
    {
        var database = await TestDatabase.CreateAsync(kind);
        var services = new ServiceCollection();
        services.AddSingleton(new Place(schema));
        services.AddDomainEvents().UseOutboxIn(database).AddEntityFrameworkOutbox<MappedContext>();
        services.AddDbContext<MappedContext>((provider, options) => options.UseDatabase(database).UseDomainEvents(provider));
        return new Desk(database, services.BuildServiceProvider());
    }

    private static async Task MigrateAsync(Desk desk, IRelationalModel? from)
    {
        await using var scope = desk.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<MappedContext>();
        await ExecuteAsync(
            context, context.GetService<IMigrationsModelDiffer>().GetDifferences(from, context.GetService<IDesignTimeModel>().Model.GetRelationalModel()));
    }

    private static async Task ExecuteAsync(MappedContext context, IReadOnlyList<MigrationOperation> operations)
    {
        foreach (var command in context.GetService<IMigrationsSqlGenerator>().Generate(operations, context.GetService<IDesignTimeModel>().Model))
        {
            await context.Database.ExecuteSqlRawAsync(command.CommandText.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));
        }
    }

    /// <summary>All that is there of the outbox, and the rows of its partitions.</summary>
    private static async Task<IReadOnlyList<string>> DescribeAsync(TestDatabase database)
    {
        const string Sqlite = "SELECT name || sql FROM sqlite_master WHERE name LIKE 'domain_event_%' AND sql IS NOT NULL";
        const string PostgreSql = """
            SELECT table_name || '.' || column_name || ' ' || ordinal_position || ' ' || data_type || ' ' || is_nullable || ' ' || is_identity || ' ' ||
                coalesce(column_default, '-') || ' ' || coalesce(collation_name, '-') || ' ' || coalesce(generation_expression, '-')
                FROM information_schema.columns WHERE table_schema = current_schema() AND table_name LIKE 'domain_event_%'
            UNION ALL SELECT replace(indexdef, current_schema(), '') FROM pg_indexes WHERE schemaname = current_schema() AND tablename LIKE 'domain_event_%'
            UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
                WHERE connamespace = current_schema()::regnamespace AND conrelid::regclass::text LIKE 'domain_event_%'
            """;
        await using var connection = await database.OpenAsync();
        List<string> lines = [];
        await ReadAsync(database is SqliteDatabase ? Sqlite : PostgreSql);
        if (lines.Count > 0)
        {
            await ReadAsync("SELECT 'partition ' || partition || ' ' || coalesce(owner, '-') || ' ' || epoch FROM domain_event_partition");
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;

        async Task ReadAsync(string sql)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                lines.Add(reader.GetString(0));
            }
        }
    }

    private sealed class Desk(TestDatabase database, ServiceProvider services) : IAsyncDisposable
    {
        public TestDatabase Database => database;

        public ServiceProvider Services => services;

        /// <summary>With the same entities, and no outbox.</summary>
        public PlainContext PlainContext() => new(new DbContextOptionsBuilder<PlainContext>().UseDatabase(database).Options);

        public async ValueTask DisposeAsync()
        {
            await services.DisposeAsync();
            await database.DisposeAsync();
        }
    }

    private sealed record Place(string? Schema);

    private sealed class Row
    {
        public int Id { get; init; }
    }

    private sealed class MappedContext(DbContextOptions<MappedContext> options, Place place) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<Row>();
            modelBuilder.AddOutbox(place.Schema);
        }

        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
            optionsBuilder.ReplaceService<IModelCacheKeyFactory, KeyOfPlace>();

        internal string? Schema => place.Schema;
    }

    private sealed class PlainContext(DbContextOptions<PlainContext> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Row>();
    }

    private sealed class KeyOfPlace : IModelCacheKeyFactory
    {
        public object Create(DbContext context, bool designTime) => (context.GetType(), (context as MappedContext)?.Schema, designTime);
    }
}
