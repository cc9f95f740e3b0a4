using System.Globalization;
using DomainEvents;
using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Services;

/// <summary>Tells the customer. The provider refuses some: the order stands, and the other handlers do not notice.</summary>
[EventHandler(Name = HandlerNames.SendConfirmation)]
internal sealed class SendConfirmation(IEmailProvider email) : IEventHandler<OrderPlaced>
{
    public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => email.SendAsync(
        domainEvent.EventId,
        domainEvent.CustomerEmail,
        $"Your order {domainEvent.OrderNumber}",
        string.Create(
            CultureInfo.InvariantCulture,
            $"Dear {domainEvent.CustomerName}, thank you for your order of {domainEvent.Total:N2} {domainEvent.Currency}."),
        cancellationToken);
}
