namespace DomainEvents.Outbox.Relay;

/// <summary>A type of event with the handlers that get it from the outbox.</summary>
internal sealed class RelayedEvent
{
    // What PostgreSQL takes into an index, with the name of a type.
    private const int LongestName = 400;

    private readonly PublishPlan _all;
    private readonly HandlerOutcome[] _allSucceeded;

    public RelayedEvent(RegisteredEventType type, LinkedHandler[] handlers, PublishSettings settings)
    {
        Type = type;
        _all = new PublishPlan(type.Type, Occasions.Relayed, handlers.Select(UnlessCancelled), settings);
        Handlers = Array.ConvertAll(_all.Handlers, StoredNameOf);
        _allSucceeded = Array.ConvertAll(Handlers, handler => new HandlerOutcome(handler));
    }

    public RegisteredEventType Type { get; }

    /// <summary>Their names, in the order in which they run.</summary>
    public string[] Handlers { get; }

    /// <summary>The plan that runs some of them, in their stages.</summary>
    public PublishPlan PlanFor(IReadOnlyList<string> handlers) => handlers.Count == Handlers.Length
        ? _all
        : new PublishPlan(Type.Type, Occasions.Relayed, _all.Handlers.Where(handler => handlers.Contains(NameOf(handler), StringComparer.Ordinal)), _all.Settings);

    /// <summary>What came of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="result">What it returned.</param>
    /// <param name="isCancelled">Whether what failed is to be called again: nobody can tell how it would have ended.</param>
    /// <returns>What came of each handler; <see langword="null"/> if all of them are to be called again.</returns>
    public IReadOnlyList<HandlerOutcome>? OutcomesOf(PublishPlan plan, PublishResult result, bool isCancelled)
    {
        if (result.Succeeded && plan == _all)
        {
            return _allSucceeded;
        }

        var failures = result.Failures.ToDictionary(failure => failure.Handler.Name, failure => failure.Exception, StringComparer.Ordinal);
        return isCancelled && failures.Count == plan.Handlers.Length ? null : Array.ConvertAll(plan.Handlers, OutcomeOf);

        HandlerOutcome OutcomeOf(LinkedHandler handler) =>
            !failures.TryGetValue(NameOf(handler), out var exception) ? new HandlerOutcome(NameOf(handler))
            : isCancelled ? new HandlerOutcome(NameOf(handler), IsCancelled: true)
            : new HandlerOutcome(NameOf(handler), ErrorText.Of(exception));
    }

    /// <summary>A handler whose turn comes when the event is another relay's, or has been acknowledged by then, is not called.</summary>
    private static LinkedHandler UnlessCancelled(LinkedHandler handler)
    {
        var call = handler.Call;
        return handler with
        {
            Call = (domainEvent, cancellationToken) =>
                cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken) : call(domainEvent, cancellationToken),
        };
    }

    private static string NameOf(LinkedHandler handler) => handler.Registration.Descriptor.Name;

    /// <summary>The names of handlers outlive the process, and so must not depend on the order of registrations.</summary>
    private static string StoredNameOf(LinkedHandler handler)
    {
        var name = NameOf(handler);
        if (handler.Registration.Descriptor.HandlerType is null)
        {
            throw new InvalidOperationException(
                $"{name} has no name that the outbox could store: its factory failed when handlers were looked up. Register the class itself, with AddHandler<THandler>().");
        }

        return StoredName.Fits(name, LongestName) ? name : throw new InvalidOperationException(
            $"The name of the handler {TypeNames.FullName(handler.Registration.Descriptor.HandlerType)} cannot be stored: it has more than {LongestName} characters, or " +
            "control characters or surrogates. Give it another with [EventHandler(Name = \"...\")].");
    }
}
