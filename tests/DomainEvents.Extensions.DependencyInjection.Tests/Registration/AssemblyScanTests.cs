using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

public class AssemblyScanTests
{
    [Fact]
    public void Finds_internal_and_nested_classes_of_a_real_assembly()
    {
        var services = new ServiceCollection();

        services.AddDomainEvents().AddHandlersFromAssemblyContaining<AssemblyScanTests>();

        services.Where(descriptor => descriptor.ServiceType == typeof(ReserveStock) || descriptor.ServiceType == typeof(Nested))
            .Should().HaveCount(2).And.OnlyContain(descriptor => descriptor.Lifetime == ServiceLifetime.Scoped);
    }

    [Fact]
    public void Skips_abstract_and_open_generic_classes_interfaces_and_structs()
    {
        var services = new ServiceCollection();

        services.AddDomainEvents().AddHandlersFromAssemblyContaining<AssemblyScanTests>();

        services.Select(descriptor => descriptor.ServiceType).Should().NotContain(
            [typeof(JournalHandler), typeof(OpenGeneric<>), typeof(IHandlesOrders), typeof(Struct), typeof(Journal)]);
    }

    [Theory]
    [InlineData(ServiceLifetime.Transient)]
    [InlineData(ServiceLifetime.Singleton)]
    public async Task Takes_a_lifetime(ServiceLifetime lifetime)
    {
        var services = new ServiceCollection();
        services.AddDomainEvents().AddHandlersFromAssembly(new FakeAssembly(typeof(Nested), typeof(JournalHandler)), lifetime);
        await using var provider = services.BuildStrict();

        await provider.PublishAsync(new OrderPlaced());

        provider.Journal().Should().Equal("Nested");
        services.Single(descriptor => descriptor.ServiceType == typeof(Nested)).Lifetime.Should().Be(lifetime);
    }

    [Fact]
    public async Task A_scan_after_an_explicit_registration_changes_nothing()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents()
            .AddHandler<SendEmail>(ServiceLifetime.Singleton)
            .AddHandlersFromAssembly(new FakeAssembly(typeof(ReserveStock), typeof(SendEmail))));

        await services.PublishAsync(new OrderPlaced());

        services.Journal().Should().Equal("SendEmail", "ReserveStock");
        services.GetRequiredService<SendEmail>().Should().BeSameAs(services.GetRequiredService<SendEmail>());
    }

    [Fact]
    public async Task An_assembly_without_handlers_adds_none()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents(new FakeAssembly()));

        services.Bus().HandlersFor(typeof(OrderPlaced)).Should().BeEmpty();
    }

    private interface IHandlesOrders : IEventHandler<OrderPlaced>;

    private readonly struct Struct : IHandlesOrders
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => default;
    }

    private sealed class Nested(Journal journal) : JournalHandler(journal);

    private sealed class OpenGeneric<T>(Journal journal) : JournalHandler(journal)
    {
        public T? Value { get; init; }
    }
}
