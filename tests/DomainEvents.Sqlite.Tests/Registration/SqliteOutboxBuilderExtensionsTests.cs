using DomainEvents.Outbox;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Sqlite.Tests;

/// <summary>How an application comes by the store.</summary>
public sealed class SqliteOutboxBuilderExtensionsTests : IAsyncLifetime
{
    private SqliteOutboxDatabase _database = null!;

    public async Task InitializeAsync() => _database = await SqliteOutboxDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task The_container_makes_one_store_and_the_tables()
    {
        await using var services = Services(_database.ConnectionString);

        await services.GetRequiredService<IOutboxSchema>().EnsureCreatedAsync();

        var store = services.GetRequiredService<IOutboxStore>();
        store.Should().BeSameAs(services.GetRequiredService<IOutboxStore>());
        (await store.GetStatusAsync()).Pending.Should().Be(0);
    }

    [Fact]
    public async Task A_database_in_memory_that_all_connections_share_will_do_for_tests()
    {
        var connectionString = $"Data Source={Guid.NewGuid():N};Mode=Memory;Cache=Shared";
        await using var keepsItAlive = new SqliteConnection(connectionString);
        await keepsItAlive.OpenAsync();
        await using var services = Services(connectionString);
        await services.GetRequiredService<IOutboxSchema>().EnsureCreatedAsync();

        (await services.GetRequiredService<IOutboxStore>().GetStatusAsync()).Pending.Should().Be(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Data Source=:memory:")]
    [InlineData("Data Source=a;Mode=Memory")]
    public void A_database_in_memory_that_each_connection_has_for_itself_is_refused(string connectionString) =>
        FluentActions.Invoking(() => Services(connectionString)).Should().Throw<ArgumentException>().WithMessage("*Cache=Shared*");

    [Fact]
    public void A_connection_string_of_another_database_is_refused_where_it_is_given() =>
        FluentActions.Invoking(() => Services("Host=localhost;Username=postgres")).Should().Throw<ArgumentException>();

    [Fact]
    public async Task A_schema_is_refused_when_something_of_the_outbox_is_made()
    {
        await using var services = Services(_database.ConnectionString, options => options.Schema = "outbox");

        services.Invoking(one => one.GetRequiredService<IOutboxStore>()).Should().Throw<ArgumentException>().WithMessage("*Schema*no schemas*");
        services.Invoking(one => one.GetRequiredService<IOutboxSchema>()).Should().Throw<ArgumentException>().WithMessage("*Schema*no schemas*");
    }

    [Fact]
    public void Nulls_are_refused()
    {
        var builder = new ServiceCollection().AddDomainEvents();

        FluentActions.Invoking(() => builder.UseSqliteOutbox(null!)).Should().Throw<ArgumentNullException>().WithParameterName("connectionString");
        FluentActions.Invoking(() => SqliteOutboxBuilderExtensions.UseSqliteOutbox(null!, "")).Should().Throw<ArgumentNullException>().WithParameterName("builder");
    }

    private static ServiceProvider Services(string connectionString, Action<OutboxOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddDomainEvents().UseSqliteOutbox(connectionString, configure);
        return services.BuildServiceProvider();
    }
}
