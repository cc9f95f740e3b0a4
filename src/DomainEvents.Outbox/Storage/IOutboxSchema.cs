namespace DomainEvents.Outbox;

/// <summary>The tables of the outbox. Thread-safe.</summary>
public interface IOutboxSchema
{
    /// <summary>Creates what is missing. May be called again, and by several processes at once.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask EnsureCreatedAsync(CancellationToken cancellationToken = default);

    /// <summary>What <see cref="EnsureCreatedAsync"/> runs, as SQL: for those who deploy schemas by script.</summary>
    string Script();
}
