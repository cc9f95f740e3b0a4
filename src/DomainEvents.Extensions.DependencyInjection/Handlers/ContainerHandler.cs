using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using DomainEvents.Transactions;

namespace DomainEvents.Handlers;

/// <summary>A handler that comes from the container, each call from a scope of its own unless it is a singleton.</summary>
internal abstract class ContainerHandler(HandlerDescriptor descriptor, TransactionPhase phase)
    : HandlerRegistration(descriptor, TransactionPhases.OccasionsOf(phase))
{
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification =
        "Over reference types all instances share code that is always compiled; value types are refused where code cannot be made.")]
    [UnconditionalSuppressMessage("Trimming", "IL2071", Justification = "ContainerHandler<TEvent> asks nothing of its type argument.")]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "The only constructor is kept by the dependency below.")]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(ContainerHandler<>))]
    public static ContainerHandler Create(
        HandlerDescriptor descriptor, TransactionPhase phase, HandlerSource source, IServiceProvider root)
    {
        if (descriptor.EventType.IsValueType && !RuntimeFeature.IsDynamicCodeSupported)
        {
            throw new NotSupportedException(
                $"{descriptor.Name} handles {TypeNames.FullName(descriptor.EventType)}, a struct, which needs code made at run time. " +
                "Make the event a class, or subscribe the handler with IEventBus.Subscribe.");
        }

        var type = typeof(ContainerHandler<>).MakeGenericType(descriptor.EventType);
        return (ContainerHandler)Activator.CreateInstance(type, descriptor, phase, source, root)!;
    }
}
