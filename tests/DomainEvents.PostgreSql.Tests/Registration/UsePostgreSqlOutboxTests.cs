using DomainEvents.Outbox;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DomainEvents.PostgreSql.Tests.Registration;

public sealed class UsePostgreSqlOutboxTests
{
    [Fact]
    public async Task It_adds_the_store_the_schema_and_the_wake_up_once_for_all()
    {
        await using var dataSource = NpgsqlDataSource.Create("Host=nowhere");
        var services = new ServiceCollection();
        services.AddDomainEvents().UsePostgreSqlOutbox(dataSource, options => options.Schema = "sales");
        await using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<IOutboxStore>().Should().BeOfType<PostgreSqlOutboxStore>().And.BeSameAs(provider.GetRequiredService<IOutboxStore>());
        provider.GetRequiredService<IOutboxWakeUp>().Should().BeOfType<PostgreSqlOutboxWakeUp>();
        provider.GetRequiredService<IOutboxSchema>().Script().Should().Contain("\"sales\".domain_event_outbox");
        provider.GetRequiredService<IOptions<OutboxOptions>>().Value.Schema.Should().Be("sales");
    }

    [Fact]
    public async Task It_needs_a_builder_and_a_data_source()
    {
        await using var dataSource = NpgsqlDataSource.Create("Host=nowhere");

        FluentActions.Invoking(() => PostgreSqlOutboxBuilderExtensions.UsePostgreSqlOutbox(null!, dataSource)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new ServiceCollection().AddDomainEvents().UsePostgreSqlOutbox(null!)).Should().Throw<ArgumentNullException>();
    }
}
