namespace DomainEvents;

/// <summary>The one object behind a <see cref="PublishResult"/>; shared by all successes of a plan.</summary>
internal sealed class PublishOutcome
{
    private PublishOutcome(int handlerCount, IReadOnlyList<HandlerFailure> failures) =>
        (HandlerCount, Failures) = (handlerCount, failures);

    public int HandlerCount { get; }

    public IReadOnlyList<HandlerFailure> Failures { get; }

    /// <summary>Takes the array over. No object at all for "nothing ran, nothing failed".</summary>
    public static PublishOutcome? Of(int handlerCount, HandlerFailure[] failures) =>
        failures.Length > 0 ? new PublishOutcome(handlerCount, Array.AsReadOnly(failures))
        : handlerCount > 0 ? new PublishOutcome(handlerCount, [])
        : null;
}
