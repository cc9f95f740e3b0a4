namespace DomainEvents.Transactions;

/// <summary>Work that a user registered for the end of a transaction.</summary>
/// <param name="Occasion">When it runs: after a commit or after a rollback.</param>
/// <param name="Run">The work.</param>
/// <param name="Name">What it is called in the log.</param>
internal sealed record Callback(Occasions Occasion, Func<CancellationToken, ValueTask> Run, string Name)
{
    public static Callback Of(Occasions occasion, Func<CancellationToken, ValueTask> callback, string? name)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return new Callback(occasion, callback, name ?? callback.Method.Name);
    }
}
