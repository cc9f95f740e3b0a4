namespace DomainEvents.Handlers;

/// <summary>A handler that was registered as an object.</summary>
internal sealed class InstanceHandlerSource(object instance) : HandlerSource
{
    public override Type HandlerType => instance.GetType();

    public override bool IsSingleton => true;

    public override object Resolve(IServiceProvider services) => instance;
}
