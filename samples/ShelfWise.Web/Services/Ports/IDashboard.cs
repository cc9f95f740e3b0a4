using ShelfWise.Domain;

namespace ShelfWise.Services.Ports;

/// <summary>A read model: sales, cancellations and e-mails by book.</summary>
internal interface IDashboard
{
    ValueTask CountAsync(OrderPlaced order, CancellationToken cancellationToken);

    ValueTask CountAsync(OrderCancelled order, CancellationToken cancellationToken);

    ValueTask CountAsync(ConfirmationSent confirmation, CancellationToken cancellationToken);
}
