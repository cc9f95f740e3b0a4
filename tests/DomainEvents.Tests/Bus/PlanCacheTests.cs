using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;

namespace DomainEvents.Tests;

/// <summary>Far more event types than the table begins with, so that it grows, and so that types meet in one slot.</summary>
public sealed class PlanCacheTests
{
    private const int Types = 600;

    private static readonly PublishSettings Settings =
        new(new ConcurrentFanOut(), TimeProvider.System, NullLogger.Instance);

    // A type of its own for each type argument; every third one is audited as well.
    private static readonly IDomainEvent[] Events =
    [
        .. typeof(object).Assembly.GetExportedTypes()
            .Where(type => type is { IsClass: true, ContainsGenericParameters: false, IsPointer: false })
            .Where(type => !(type.IsAbstract && type.IsSealed))
            .Take(Types)
            .Select((type, i) => (IDomainEvent)Activator.CreateInstance(
                (i % 3 == 0 ? typeof(AuditedOf<>) : typeof(Of<>)).MakeGenericType(type))!),
    ];

    private readonly ConcurrentQueue<Type> _built = [];
    private readonly PlanCache _plans;

    public PlanCacheTests() => _plans = new PlanCache(type =>
    {
        _built.Enqueue(type);
        return new PublishPlan(type, Occasions.Immediate, [], Settings);
    });

    [Fact]
    public void Each_of_many_types_gets_a_plan_of_its_own_which_it_keeps_while_the_table_grows()
    {
        var plans = new List<PublishPlan>();
        foreach (var domainEvent in Events)
        {
            plans.Add(_plans.For(domainEvent));
            _plans.For(Events[plans.Count / 2]).Should().BeSameAs(plans[plans.Count / 2]);
        }

        plans.Select(plan => plan.EventType).Should().Equal(EventTypes());
        Array.ConvertAll(Events, _plans.For).Should().Equal(plans, ReferenceEquals);
        _built.Should().HaveCount(Types, "each plan is built once");
    }

    [Fact]
    public async Task Several_threads_that_fill_the_table_at_once_find_the_plans_of_their_types()
    {
        var found = await Together(events => Array.ConvertAll(events, e => (Event: e, _plans.For(e).EventType)));

        found.SelectMany(all => all).Should().OnlyContain(one => one.EventType == EventTypeName.Of(one.Event.GetType()));
        var built = _built.Count;
        Array.ConvertAll(Events, _plans.For).Select(plan => plan.EventType).Should().Equal(EventTypes());
        _built.Should().HaveCount(built, "no plan was lost while the table grew").And.Subject.Distinct().Should().HaveCount(Types);
    }

    [Fact]
    public async Task Many_types_published_from_several_threads_at_once_reach_their_own_handlers()
    {
        var bus = new InMemoryEventBus();
        bus.On<IDomainEvent>(_ => { });
        bus.On<IAudited>(_ => { });

        var counts = await Together(events => Array.ConvertAll(
            events, e => (Event: e, Blocking.Wait(bus.PublishAsync(e)).HandlerCount)));

        counts.SelectMany(all => all).Should().OnlyContain(one => one.HandlerCount == (one.Event is IAudited ? 2 : 1));
    }

    private static IEnumerable<string> EventTypes() => Events.Select(domainEvent => EventTypeName.Of(domainEvent.GetType()));

    /// <summary>Four threads begin at the same moment: two with all even events, two with all odd ones.</summary>
    private static Task<T[]> Together<T>(Func<IDomainEvent[], T> work)
    {
        var begin = new Barrier(4);
        return Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Factory.StartNew(
            () =>
            {
                IDomainEvent[] events = [.. Events.Where((_, i) => i % 2 == thread % 2)];
                begin.SignalAndWait();
                return work(events);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
    }

    private sealed record Of<T> : DomainEvent;

    private sealed record AuditedOf<T> : DomainEvent, IAudited
    {
        public string OrderId => typeof(T).Name;
    }
}
