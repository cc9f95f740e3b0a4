namespace DomainEvents;

/// <summary>What came of a publish: how many handlers were started, and which of them failed.</summary>
/// <remarks>
/// Immutable and thread-safe. <c>default(PublishResult)</c> means that no handler ran and nothing failed, which is
/// also what a publish returns that is held until a commit.
/// </remarks>
public readonly struct PublishResult : IEquatable<PublishResult>
{
    private readonly PublishOutcome? _outcome;

    /// <summary>Creates a result, for decorators of a bus and for fakes.</summary>
    /// <param name="handlerCount">How many handlers were started; 0 or more.</param>
    /// <param name="failures">The failures, in handler order. They are copied.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="handlerCount"/> is negative.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="failures"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="failures"/> contains <see langword="null"/>.</exception>
    public PublishResult(int handlerCount, IReadOnlyList<HandlerFailure> failures)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(handlerCount);
        ArgumentNullException.ThrowIfNull(failures);
        if (failures.Contains(null!))
        {
            throw new ArgumentException("A failure is null.", nameof(failures));
        }

        _outcome = PublishOutcome.Of(handlerCount, [.. failures]);
    }

    internal PublishResult(PublishOutcome? outcome) => _outcome = outcome;

    /// <summary>How many handlers were started.</summary>
    public int HandlerCount => _outcome?.HandlerCount ?? 0;

    /// <summary>Whether no handler failed; <see langword="true"/> when none ran.</summary>
    public bool Succeeded => _outcome is null || _outcome.Failures.Count == 0;

    /// <summary>The handlers that failed, in handler order. Never <see langword="null"/>.</summary>
    public IReadOnlyList<HandlerFailure> Failures => _outcome?.Failures ?? [];

    /// <summary>Throws if a handler failed, also for a single failure.</summary>
    /// <exception cref="EventPublishException">At least one handler failed.</exception>
    public void ThrowIfFailed()
    {
        if (!Succeeded)
        {
            throw new EventPublishException(Failures);
        }
    }

    /// <summary>Both results as one: the counts added, the failures in order.</summary>
    internal PublishResult And(PublishResult next) =>
        _outcome is null ? next
        : next._outcome is null ? this
        : new PublishResult(PublishOutcome.Of(
            HandlerCount + next.HandlerCount, [.. _outcome.Failures, .. next._outcome.Failures]));

    /// <summary>Whether both results count the same handlers and hold equal failures.</summary>
    /// <param name="other">The other result.</param>
    public bool Equals(PublishResult other) =>
        ReferenceEquals(_outcome, other._outcome)
        || (HandlerCount == other.HandlerCount && Failures.SequenceEqual(other.Failures));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PublishResult other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(HandlerCount, Failures.Count);

    /// <summary>Whether the results are equal.</summary>
    public static bool operator ==(PublishResult left, PublishResult right) => left.Equals(right);

    /// <summary>Whether the results differ.</summary>
    public static bool operator !=(PublishResult left, PublishResult right) => !left.Equals(right);

    /// <summary>For people: how many handlers ran, how many failed. Names no payload.</summary>
    public override string ToString() => $"{HandlerCount} handler(s), {Failures.Count} failed";
}
