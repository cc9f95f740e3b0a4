using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Registration;

/// <summary>Remembers, in the container's own order, which middleware was added.</summary>
internal abstract class MiddlewareMarker
{
    public abstract IEventMiddleware Resolve(IServiceProvider services);
}

/// <inheritdoc/>
internal sealed class MiddlewareMarker<TMiddleware> : MiddlewareMarker
    where TMiddleware : IEventMiddleware
{
    public override IEventMiddleware Resolve(IServiceProvider services) => services.GetRequiredService<TMiddleware>();
}
