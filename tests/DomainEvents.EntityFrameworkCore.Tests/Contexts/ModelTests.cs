using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.EntityFrameworkCore.Tests.Contexts;

/// <summary>What the options and the model of a context are, with events.</summary>
public sealed class ModelTests
{
    [Fact]
    public async Task Neither_events_nor_the_list_of_them_are_mapped()
    {
        await using var desk = await TicketDesk.OpenAsync(DatabaseKind.Sqlite);

        desk.Context.Model.GetEntityTypes().Select(type => type.ClrType).Should().BeEquivalentTo([typeof(Ticket), typeof(Note), typeof(Stamp)]);
        var ticket = desk.Context.Model.FindEntityType(typeof(Ticket))!;
        ticket.GetProperties().Select(property => property.Name).Should().BeEquivalentTo("Id", "Title", "Version", "ParentId");
        ticket.GetNavigations().Select(navigation => navigation.Name).Should().BeEquivalentTo("Notes", "Children");
    }

    [Fact]
    public async Task An_aggregate_with_a_list_of_concrete_events_and_a_base_class_of_its_own_maps_none_of_them()
    {
        await using var context = new ForeignContext(ForeignOptions());

        context.Model.GetEntityTypes().Select(type => type.ClrType).Should().Equal(typeof(Foreign));
    }

    [Fact]
    public void A_container_without_the_services_of_events_is_told()
    {
        using var services = new ServiceCollection().BuildServiceProvider();

        new DbContextOptionsBuilder().Invoking(options => options.UseDomainEvents(services))
            .Should().Throw<InvalidOperationException>().WithMessage("*AddDomainEvents*");
    }

    [Fact]
    public async Task A_context_without_events_cannot_be_attached()
    {
        await using var desk = await TicketDesk.OpenAsync(DatabaseKind.Sqlite);
        await using var other = desk.OtherContext();

        desk.Dispatcher.Invoking(dispatcher => dispatcher.Attach(other)).Should().Throw<InvalidOperationException>().WithMessage("*UseDomainEvents*");
    }

    [Fact]
    public async Task Many_scopes_share_the_services_of_one_context_type()
    {
        await using var desk = await TicketDesk.OpenAsync(DatabaseKind.Sqlite);
        var models = new HashSet<object>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < 30; i++)
        {
            await using var scope = desk.Root.CreateAsyncScope();
            models.Add(scope.ServiceProvider.GetRequiredService<TicketsContext>().Model);
        }

        models.Should().ContainSingle("a second one would mean a second container of Entity Framework Core, which it warns of at twenty");
    }

    private static DbContextOptions<ForeignContext> ForeignOptions()
    {
        var services = new ServiceCollection().AddDomainEvents().Services.BuildServiceProvider();
        return new DbContextOptionsBuilder<ForeignContext>().UseSqlite("Data Source=:memory:").UseDomainEvents(services).Options;
    }

    private sealed class ForeignContext(DbContextOptions<ForeignContext> options) : DbContext(options)
    {
        public DbSet<Foreign> Foreigns => Set<Foreign>();
    }

    private sealed class Foreign : IHasDomainEvents
    {
        public int Id { get; set; }

        public List<TicketChanged> DomainEvents { get; } = [];

        public TicketChanged? LastEvent { get; set; }

        IReadOnlyList<IDomainEvent> IHasDomainEvents.DomainEvents => DomainEvents;

        public IReadOnlyList<IDomainEvent> PullDomainEvents() => [];
    }
}
