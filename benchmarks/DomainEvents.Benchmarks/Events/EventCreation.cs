using BenchmarkDotNet.Attributes;

namespace DomainEvents.Benchmarks.Events;

/// <summary>Identity and time of an event, against the calls of the framework that give the same.</summary>
[MemoryDiagnoser]
public class EventCreation
{
    private const int Events = 1000;

    [Benchmark(Baseline = true, OperationsPerInvoke = Events)]
    public PlainEvent NewGuidAndUtcNow()
    {
        PlainEvent last = null!;
        for (var i = 0; i < Events; i++)
        {
            last = new PlainEvent(Guid.NewGuid(), DateTimeOffset.UtcNow, i);
        }

        return last;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public PlainEvent CreateVersion7AndUtcNow()
    {
        PlainEvent last = null!;
        for (var i = 0; i < Events; i++)
        {
            var now = DateTimeOffset.UtcNow;
            last = new PlainEvent(Guid.CreateVersion7(now), now, i);
        }

        return last;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public OrderPlaced DomainEvent()
    {
        OrderPlaced last = null!;
        for (var i = 0; i < Events; i++)
        {
            last = new OrderPlaced(i);
        }

        return last;
    }

    public sealed record PlainEvent(Guid EventId, DateTimeOffset OccurredAt, int Number)
    {
        public string? TenantId { get; init; }
    }
}
