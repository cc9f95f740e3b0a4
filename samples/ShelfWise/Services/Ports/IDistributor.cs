using ShelfWise.Domain;

namespace ShelfWise.Services.Ports;

/// <summary>Packs and ships what has been sold.</summary>
internal interface IDistributor
{
    /// <exception cref="HttpRequestException">The distributor did not take the order.</exception>
    ValueTask NotifyAsync(OrderPlaced order, CancellationToken cancellationToken);
}
