using System.Globalization;
using DomainEvents;
using DomainEvents.Transactions;
using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Services;

/// <summary>
/// Tells the customer, and says so. The provider refuses some: the order stands, and the other handlers do not notice.
/// </summary>
[EventHandler(Name = HandlerNames.SendConfirmation)]
internal sealed class SendConfirmation(IEmailProvider email, IEventDispatcher dispatcher) : IEventHandler<OrderPlaced>
{
    public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        await email.SendAsync(
            domainEvent.EventId,
            domainEvent.CustomerEmail,
            $"Your order {domainEvent.OrderNumber}",
            string.Create(
                CultureInfo.InvariantCulture,
                $"Dear {domainEvent.CustomerName}, thank you for your order of {domainEvent.Total:N2} {domainEvent.Currency}."),
            cancellationToken);

        // No transaction is open in this scope: its handlers run at once.
        await dispatcher.PublishAsync(new ConfirmationSent(domainEvent.OrderId, domainEvent.Sku), cancellationToken);
    }
}
