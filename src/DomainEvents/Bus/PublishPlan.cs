namespace DomainEvents;

/// <summary>Who runs, and in which order, when an event of one type is published. Computed once, then only read.</summary>
internal sealed class PublishPlan
{
    private BoundCall[]? _observedCalls;

    public PublishPlan(Type eventType, Occasions occasion, IEnumerable<LinkedHandler> handlers, PublishSettings settings)
    {
        Handlers = [.. handlers.OrderBy(Rank).ThenBy(Order)];
        Calls = Array.ConvertAll(Handlers, handler => new BoundCall(handler.Call));
        StageEnds = [.. Enumerable.Range(1, Calls.Length).Where(EndsStage)];
        AllAtOnce = settings.FanOut is ConcurrentFanOut && StageEnds.Length == 1 ? Calls : null;
        Success = PublishOutcome.Of(Calls.Length, []);
        EventType = EventTypeName.Of(eventType);
        IsPublication = occasion is Occasions.Immediate or Occasions.AfterCommit or Occasions.Relayed;
        Settings = settings;
    }

    public LinkedHandler[] Handlers { get; }

    public BoundCall[] Calls { get; }

    /// <summary>The same calls, each with its span and its measurements.</summary>
    public BoundCall[] ObservedCalls => _observedCalls ??= Array.ConvertAll(Handlers, handler =>
        new BoundCall(new HandlerObserver(this, handler.Registration.Descriptor).Around(handler.Call)));

    /// <summary>The index behind the last handler of each stage.</summary>
    public int[] StageEnds { get; }

    /// <summary>The calls when all of them start at once; <see langword="null"/> when they do not, or there are none.</summary>
    public BoundCall[]? AllAtOnce { get; }

    /// <summary>What a publish without failures returns.</summary>
    public PublishOutcome? Success { get; }

    /// <summary>The name of the event type, for logs and measurements.</summary>
    public string EventType { get; }

    /// <summary>Whether running it publishes the event, as opposed to preparing a commit or telling of a rollback.</summary>
    public bool IsPublication { get; }

    public PublishSettings Settings { get; }

    private static int Rank(LinkedHandler handler) => handler.Registration.Rank;

    private static int Order(LinkedHandler handler) => handler.Registration.Descriptor.Order;

    private bool EndsStage(int end) =>
        end == Handlers.Length
        || Rank(Handlers[end]) != Rank(Handlers[end - 1])
        || Order(Handlers[end]) != Order(Handlers[end - 1]);
}
