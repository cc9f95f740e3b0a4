namespace DomainEvents;

/// <summary>Thrown by <see cref="PublishResult.ThrowIfFailed"/>: one or more handlers failed.</summary>
/// <remarks><see cref="AggregateException.InnerExceptions"/> are the handlers' exceptions, in the order of <see cref="Failures"/>.</remarks>
public sealed class EventPublishException : AggregateException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="failures">The failures, in handler order; at least one.</param>
    /// <exception cref="ArgumentNullException"><paramref name="failures"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="failures"/> is empty or contains <see langword="null"/>.</exception>
    public EventPublishException(IReadOnlyList<HandlerFailure> failures)
        : base(Describe(failures), failures.Select(failure => failure.Exception)) => Failures = failures;

    /// <summary>The failures, in handler order. Never empty.</summary>
    public IReadOnlyList<HandlerFailure> Failures { get; }

    private static string Describe(IReadOnlyList<HandlerFailure> failures)
    {
        ArgumentNullException.ThrowIfNull(failures);
        if (failures.Count == 0 || failures.Contains(null!))
        {
            throw new ArgumentException("An EventPublishException needs at least one failure, and none of them null.", nameof(failures));
        }

        var handlers = failures.Select(failure =>
            $"{failure.Handler.Name} on {EventTypeName.Of(failure.Event.GetType())} ({failure.Event.EventId})");
        return $"{failures.Count} event handler(s) failed: {string.Join(", ", handlers)}.";
    }
}
