using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Registration;

/// <summary>A scope for a look at a service, from code that cannot await its end.</summary>
internal readonly struct InspectionScope(IServiceProvider root) : IDisposable
{
    private readonly AsyncServiceScope _scope = root.CreateAsyncScope();

    public IServiceProvider Services => _scope.ServiceProvider;

    public void Dispose()
    {
        // Services that can only be disposed asynchronously are; nobody waits for them.
        var disposal = _scope.DisposeAsync();
        if (!disposal.IsCompletedSuccessfully)
        {
            _ = disposal.AsTask();
        }
    }
}
