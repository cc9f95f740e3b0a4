using System.Collections.Concurrent;
using System.Numerics;
using Microsoft.Extensions.Logging.Abstractions;

namespace DomainEvents;

/// <summary>The handlers of a bus at one moment, with the plans made from them. A change makes a new table.</summary>
internal sealed class HandlerTable
{
    private readonly LinkedHandler[] _handlers;
    private readonly PublishSettings _settings;
    private readonly ConcurrentDictionary<string, bool> _unhandled;
    private readonly PlanCache[] _plans;

    public HandlerTable(PublishSettings settings)
        : this([], settings, new(StringComparer.Ordinal))
    {
    }

    private HandlerTable(LinkedHandler[] handlers, PublishSettings settings, ConcurrentDictionary<string, bool> unhandled)
    {
        (_handlers, _settings, _unhandled) = (handlers, settings, unhandled);
        _plans = Array.ConvertAll(
            [
                Occasions.Immediate, Occasions.BeforeCommit, Occasions.AfterCommit, Occasions.AfterRollback, Occasions.InDoubt,
                Occasions.AfterStoredCommit, Occasions.Relayed,
            ],
            occasion => new PlanCache(type => PlanAndTell(type, occasion)));
    }

    /// <summary>The table of a bus whose container is gone.</summary>
    public static HandlerTable Closed { get; } = new(new PublishSettings(new ConcurrentFanOut(), TimeProvider.System, NullLogger.Instance));

    /// <summary>The plans of the publish path.</summary>
    public PlanCache ImmediatePlans => _plans[0];

    public PublishPlan Plan(IDomainEvent domainEvent, Occasions occasion) =>
        _plans[BitOperations.Log2((uint)occasion)].For(domainEvent);

    /// <summary>The settings that its plans go by.</summary>
    public PublishSettings Settings => _settings;

    public IEnumerable<HandlerRegistration> Registrations => _handlers.Select(handler => handler.Registration);

    /// <summary>Who would run on an occasion.</summary>
    public LinkedHandler[] HandlersOf(Type eventType, Occasions occasion) => MakePlan(eventType, occasion, Matching(eventType)).Handlers;

    /// <summary>What a publish would run. Neither kept nor told: a question is not a publish.</summary>
    public PublishPlan Preview(Type eventType) => MakePlan(eventType, Occasions.Immediate, Matching(eventType));

    public HandlerTable With(params LinkedHandler[] handlers)
    {
        ThrowIfClosed();
        return new([.. _handlers, .. handlers], _settings, _unhandled);
    }

    public HandlerTable Without(LinkedHandler handler) => this == Closed
        ? this
        : new(Array.FindAll(_handlers, other => !ReferenceEquals(other, handler)), _settings, _unhandled);

    private PublishPlan PlanAndTell(Type eventType, Occasions occasion)
    {
        var matching = Matching(eventType);
        var plan = MakePlan(eventType, occasion, matching);
        if (matching.Length == 0 && _unhandled.TryAdd(plan.EventType, true))
        {
            Log.Contained(() => Log.EventWithoutHandler(_settings.Logger, plan.EventType));
        }

        return plan;
    }

    private PublishPlan MakePlan(Type eventType, Occasions occasion, LinkedHandler[] matching) => new(
        eventType,
        occasion,
        matching.Where(handler => handler.Registration.Occasions.HasFlag(occasion)),
        _settings);

    private LinkedHandler[] Matching(Type eventType)
    {
        ThrowIfClosed();
        return Array.FindAll(_handlers, handler => handler.Registration.Descriptor.EventType.IsAssignableFrom(eventType));
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(this == Closed, typeof(InMemoryEventBus));
}
