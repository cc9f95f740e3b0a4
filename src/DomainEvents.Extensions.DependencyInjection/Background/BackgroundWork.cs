namespace DomainEvents.Background;

/// <summary>Something that the queue runs once.</summary>
internal abstract class BackgroundWork
{
    /// <summary>Runs it. Must not throw.</summary>
    public abstract ValueTask RunAsync(CancellationToken stopping);

    /// <summary>What is still to be done, for the report of what was lost.</summary>
    public abstract IEnumerable<string> Describe();

    /// <summary>Called instead of <see cref="RunAsync"/> when it will never run.</summary>
    public abstract void Ended();
}
