namespace DomainEvents;

/// <summary>A handler call with the services to resolve the handler from; <see langword="null"/> without a container.</summary>
internal delegate ValueTask ServicesCall(IDomainEvent domainEvent, IServiceProvider? services, CancellationToken cancellationToken);
