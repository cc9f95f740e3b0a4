using System.Reflection;
using System.Runtime.CompilerServices;

namespace DomainEvents;

/// <summary>A handler that was subscribed at run time: an object or a delegate.</summary>
internal sealed class Subscription(HandlerDescriptor descriptor, HandlerCall call)
    : HandlerRegistration(descriptor, Occasions.Immediate | Occasions.AfterCommit | Occasions.AfterStoredCommit)
{
    public override HandlerCall DirectCall => call;

    public override ValueTask InvokeAsync(IDomainEvent domainEvent, IServiceProvider? services, CancellationToken cancellationToken) =>
        call(domainEvent, cancellationToken);

    public static Subscription Of<TEvent>(IEventHandler<TEvent> handler, SubscribeOptions? options)
        where TEvent : notnull
    {
        var type = handler.GetType();
        var descriptor = HandlerIdentity.Describe(type, typeof(TEvent));
        return new Subscription(
            descriptor with
            {
                Name = options?.Name ?? descriptor.Name,
                Order = options is null or { Order: 0 } ? descriptor.Order : options.Order,
            },
            Bind<TEvent>(handler.HandleAsync));
    }

    public static Subscription Of<TEvent>(Func<TEvent, CancellationToken, ValueTask> handler, SubscribeOptions? options)
        where TEvent : notnull
    {
        if (handler.GetInvocationList().Length > 1)
        {
            throw new ArgumentException("This delegate combines several; subscribe each of them on its own.", nameof(handler));
        }

        var name = options?.Name ?? NameOf(handler.Method);
        return new Subscription(new HandlerDescriptor(name, typeof(TEvent), null, options?.Order ?? 0), Bind(handler));
    }

    /// <summary>
    /// The call for any event that is known to be a <typeparamref name="TEvent"/>, which the choice of handlers by
    /// type guarantees. A delegate over reference types is called the same way whatever they are, so no adapter, and
    /// no second indirect call, has to stand between (docs/adr/0003).
    /// </summary>
    internal static HandlerCall Bind<TEvent>(Func<TEvent, CancellationToken, ValueTask> handler)
        where TEvent : notnull =>
        typeof(TEvent).IsValueType
            ? (domainEvent, token) => handler((TEvent)domainEvent, token)
            : Unsafe.As<HandlerCall>(handler);

    private static string NameOf(MethodInfo method) =>
        method.DeclaringType is { } type ? $"{TypeNames.FullName(type)}.{method.Name}" : method.Name;
}
