namespace DomainEvents;

/// <summary>One handler for one event type: who it is, when it runs, and how it is called.</summary>
internal abstract class HandlerRegistration(HandlerDescriptor descriptor, Occasions occasions)
{
    public HandlerDescriptor Descriptor { get; } = descriptor;

    public Occasions Occasions { get; } = occasions;

    /// <summary>Handlers of one publish run by rank first: before-commit ones lead, after-completion ones close.</summary>
    public int Rank { get; } =
        occasions.HasFlag(Occasions.BeforeCommit) ? 0
        : occasions.HasFlag(Occasions.InDoubt) ? 2
        : 1;

    /// <summary>The call with nothing around it, where the handler is at hand; <see langword="null"/> where it is not.</summary>
    public virtual HandlerCall? DirectCall => null;

    /// <summary>Calls the handler with services that somebody else opened.</summary>
    public abstract ValueTask InvokeAsync(IDomainEvent domainEvent, IServiceProvider? services, CancellationToken cancellationToken);

    /// <summary>Makes a call that opens, and closes, the services that <paramref name="call"/> needs.</summary>
    public virtual HandlerCall OpenServices(ServicesCall call) => (domainEvent, token) => call(domainEvent, null, token);
}
