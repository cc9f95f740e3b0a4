using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Tests.Companion;

/// <summary>What a call in a scope does to the context it runs in stays there, as in any async method.</summary>
public class ScopedContextTests
{
    private static readonly AsyncLocal<string?> Tenant = new();

    public enum Place
    {
        ConstructorOfADependency,
        Handler,
        HandlerThatThrows,
        HandlerThatIsNotDoneYet,
        HandlerThatLeavesTheFlowSuppressed,
        DisposalOfADependency,
    }

    public static TheoryData<Place> Places() => [.. Enum.GetValues<Place>()];

    [Theory]
    [MemberData(nameof(Places))]
    public async Task An_async_local_reaches_neither_siblings_nor_the_publisher(Place place)
    {
        await using var services = Build(place, () => Tenant.Value = "changed");
        Tenant.Value = "acme";

        var publish = services.PublishAsync(new OrderPlaced());
        var (after, flowAfter) = (Tenant.Value, !ExecutionContext.IsFlowSuppressed());
        services.GetRequiredService<Gate>().Open();
        await publish;

        services.Journal().Should().Equal("changed by acme", "sibling of acme");
        after.Should().Be("acme");
        flowAfter.Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_synchronization_context_reaches_neither_siblings_nor_the_publisher(Place place)
    {
        await using var services = Build(place, () => SynchronizationContext.SetSynchronizationContext(new SynchronizationContext()));

        // The pool has no synchronization context, nor does whoever publishes there.
        var publish = await Task.Run(() =>
        {
            var publish = services.PublishAsync(new OrderPlaced());
            SynchronizationContext.Current.Should().BeNull();
            return Task.FromResult(publish);
        });
        services.GetRequiredService<Gate>().Open();
        await publish;

        services.GetRequiredService<Seen>().Context.Should().BeNull();
    }

    [Fact]
    public async Task A_publisher_that_suppresses_the_flow_keeps_it_suppressed()
    {
        await using var services = Build(Place.Handler, () => { });

        Task<PublishResult> publish;
        using (ExecutionContext.SuppressFlow())
        {
            publish = services.PublishAsync(new OrderPlaced());
            ExecutionContext.IsFlowSuppressed().Should().BeTrue();
        }

        (await publish).Succeeded.Should().BeTrue();
    }

    private static ServiceProvider Build(Place place, Action change) => Containers.Build(services => services
        .AddSingleton(new Change(place, change)).AddSingleton<Gate>().AddSingleton<Seen>().AddScoped<Dependency>()
        .AddDomainEvents().AddHandler<Changes>().AddHandler<Sibling>());

    private sealed record Change(Place Place, Action Make)
    {
        public void MakeAt(params Place[] places)
        {
            if (places.Contains(Place))
            {
                Make();
            }
        }
    }

    private sealed class Dependency : IDisposable
    {
        private readonly Change _change;

        public Dependency(Change change)
        {
            _change = change;
            Publisher = Tenant.Value;
            change.MakeAt(Place.ConstructorOfADependency);
        }

        public string? Publisher { get; }

        public void Dispose() => _change.MakeAt(Place.DisposalOfADependency);
    }

    private sealed class Changes(Change change, Dependency dependency, Gate gate, Journal journal) : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            journal.Write($"changed by {dependency.Publisher}");
            change.MakeAt(
                Place.Handler, Place.HandlerThatThrows, Place.HandlerThatIsNotDoneYet, Place.HandlerThatLeavesTheFlowSuppressed);
            switch (change.Place)
            {
                case Place.HandlerThatThrows:
                    throw new NotSupportedException();
                case Place.HandlerThatIsNotDoneYet:
                    return gate.PassAsync(cancellationToken);
                case Place.HandlerThatLeavesTheFlowSuppressed:
                    ExecutionContext.SuppressFlow();
                    return default;
                default:
                    return default;
            }
        }
    }

    private sealed class Sibling(Seen seen, Journal journal) : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            journal.Write($"sibling of {Tenant.Value}");
            seen.Context = SynchronizationContext.Current;
            return default;
        }
    }

    /// <summary>What the sibling found.</summary>
    private sealed class Seen
    {
        public SynchronizationContext? Context { get; set; }
    }
}
